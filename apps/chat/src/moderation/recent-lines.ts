import { foldText } from './fold.ts';

/** How long the same words count as a repeat, from the same author and from anybody. */
const SAME_AUTHOR_MS = 30_000;
const ANYBODY_MS = 10_000;
/** Short lines ("yes", "wow") are said by many at once; only longer ones are copies. */
const COPY_MIN_CHARS = 24;
const MOST_AUTHORS = 20_000;
const MOST_TEXTS = 2_000;

/** What was said lately, so that one author does not repeat and a crowd does not paste the same text. */
export class RecentLines {
  readonly #byAuthor = new Map<string, { folded: string; at: number }>();
  readonly #texts = new Map<string, { authorId: string; at: number }>();

  /** Whether this text is a repeat at `now`. */
  isRepeat(authorId: string, text: string, now: number): boolean {
    const folded = foldText(text) || text;
    const own = this.#byAuthor.get(authorId);
    if (own && now - own.at < SAME_AUTHOR_MS && own.folded === folded) return true;
    if (folded.length < COPY_MIN_CHARS) return false;
    const same = this.#texts.get(folded);
    return same !== undefined && same.authorId !== authorId && now - same.at < ANYBODY_MS;
  }

  /** Remembers a line; the function returned forgets it again. */
  note(authorId: string, text: string, at: number): () => void {
    const folded = foldText(text) || text;
    renew(this.#byAuthor, authorId, { folded, at }, MOST_AUTHORS);
    if (folded.length >= COPY_MIN_CHARS) renew(this.#texts, folded, { authorId, at }, MOST_TEXTS);
    return () => {
      this.#byAuthor.delete(authorId);
      this.#texts.delete(folded);
    };
  }
}

/** Puts `key` last and drops the first when there are too many. */
function renew<V>(map: Map<string, V>, key: string, value: V, most: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= most) return;
  const oldest = map.keys().next();
  if (!oldest.done) map.delete(oldest.value);
}
