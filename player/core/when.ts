const DAY_MS = 86_400_000;

/** A date as people say it: "today 19:30", "tomorrow 19:30", "Fri 27 Nov, 19:30". In the reader's zone and language. */
export function formatWhen(iso: string, now: number, locale?: string): string {
  const date = new Date(iso);
  const time = new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit' }).format(date);
  const days = Math.round((startOfDay(date) - startOfDay(new Date(now))) / DAY_MS);
  if (days >= -1 && days <= 1) {
    return `${new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(days, 'day')} ${time}`;
  }
  const sameYear = date.getFullYear() === new Date(now).getFullYear();
  const day = new Intl.DateTimeFormat(locale, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    ...(sameYear ? {} : { year: 'numeric' }),
  });
  return `${day.format(date)}, ${time}`;
}

/** A moment with date and time to the minute, for records. */
export function formatMoment(iso: string | number, locale?: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso));
}

/** The time of day to the second, for logs of a show. */
export function formatClock(at: number | string, locale?: string): string {
  return new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(
    new Date(at),
  );
}

function startOfDay(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}
