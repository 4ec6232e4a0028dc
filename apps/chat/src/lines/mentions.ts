/** Names may have spaces: up to this many words after an @ are tried, the longest name first. */
const MOST_WORDS = 4;
const MOST_MENTIONS = 5;

/** Ids of the people a line speaks to with `@name`; `find` knows who wrote lately. */
export function mentionsIn(text: string, find: (name: string) => string | undefined): string[] {
  const found = new Set<string>();
  for (const match of text.matchAll(/(?<![\p{L}\p{N}])@(?=\S)/gu)) {
    const words = text
      .slice(match.index + 1, match.index + 81)
      .split(' ')
      .slice(0, MOST_WORDS);
    for (let count = words.length; count > 0; count -= 1) {
      const name = words.slice(0, count).join(' ');
      const id = find(name) ?? find(name.replace(/[.,;:!?)]+$/u, ''));
      if (id) {
        found.add(id);
        break;
      }
    }
    if (found.size === MOST_MENTIONS) break;
  }
  return [...found];
}
