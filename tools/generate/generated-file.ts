/** A file that a program writes and people read: its path below the repository's root, and its whole text. */
export interface GeneratedFile {
  path: string;
  text: string;
}

/** A Markdown table; `|` and line ends in cells are made harmless. */
export function renderTable(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/\s*\n\s*/g, ' ');
}
