/** Milliseconds left as a person reads a clock: "0:09", "4:59", "1:02:03", "2 d 3 h". Never negative. */
export function formatLeft(ms: number): string {
  const total = Math.max(0, Math.ceil(ms / 1000));
  const days = Math.floor(total / 86_400);
  const hours = Math.floor((total % 86_400) / 3_600);
  const minutes = Math.floor((total % 3_600) / 60);
  const seconds = String(total % 60).padStart(2, '0');
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours}:${String(minutes).padStart(2, '0')}:${seconds}`;
  return `${minutes}:${seconds}`;
}

/** The same in words, for a screen reader: "4 minutes 59 seconds". */
export function spokenLeft(ms: number): string {
  const total = Math.max(0, Math.ceil(ms / 1000));
  const parts: [number, string][] = [
    [Math.floor(total / 86_400), 'day'],
    [Math.floor((total % 86_400) / 3_600), 'hour'],
    [Math.floor((total % 3_600) / 60), 'minute'],
    [total % 60, 'second'],
  ];
  const said = parts.filter(([n]) => n > 0).slice(0, 2);
  return said.length === 0
    ? '0 seconds'
    : said.map(([n, unit]) => `${n} ${unit}${n === 1 ? '' : 's'}`).join(' ');
}

/** A position in a recording: "3:07" or "1:03:07". */
export function formatPosition(seconds: number): string {
  return formatLeft(Math.floor(Math.max(0, seconds)) * 1000).replace(/ .*/, '');
}
