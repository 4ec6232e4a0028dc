import type { ShowDetail } from '#contracts';

const LENGTH_MS = 60 * 60_000;

/** The show as an iCalendar event (RFC 5545). */
export function calendarText(
  show: Pick<ShowDetail, 'showId' | 'title' | 'description' | 'startsAt'>,
  url: string,
  now: Date,
): string {
  const start = new Date(show.startsAt);
  return [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Showfloor//Shows//EN',
    'BEGIN:VEVENT',
    `UID:${show.showId}@${new URL(url).host}`,
    `DTSTAMP:${stamp(now)}`,
    `DTSTART:${stamp(start)}`,
    `DTEND:${stamp(new Date(start.getTime() + LENGTH_MS))}`,
    ...folded(`SUMMARY:${escaped(show.title)}`),
    ...folded(`DESCRIPTION:${escaped([show.description, url].filter(Boolean).join('\n\n'))}`),
    ...folded(`URL:${url}`),
    'BEGIN:VALARM',
    'ACTION:DISPLAY',
    'TRIGGER:-PT10M',
    ...folded(`DESCRIPTION:${escaped(show.title)}`),
    'END:VALARM',
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ].join('\r\n');
}

/** Hands the event to the visitor as a file. */
export function calendarFile(show: ShowDetail): void {
  const blob = new Blob([calendarText(show, location.origin + location.pathname, new Date())], {
    type: 'text/calendar',
  });
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = 'show.ics';
  link.click();
  URL.revokeObjectURL(link.href);
}

function stamp(date: Date): string {
  return date.toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
}

function escaped(text: string): string {
  return text.replaceAll(/[\\;,]/g, (char) => `\\${char}`).replaceAll('\n', '\\n');
}

/** Lines are at most 75 octets; what is longer goes on in the next line after a space (RFC 5545 3.1). */
function folded(line: string): string[] {
  const lines: string[] = [];
  let now = '';
  let octets = 0;
  for (const char of line) {
    const size = new TextEncoder().encode(char).length;
    if (octets + size > 74) {
      lines.push(now);
      now = ' ';
      octets = 1;
    }
    now += char;
    octets += size;
  }
  return [...lines, now];
}
