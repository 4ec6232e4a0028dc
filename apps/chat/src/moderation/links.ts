import { foldText } from './fold.ts';

/** Ends of names that people write as links without `http`. */
const TOP_LEVELS =
  'com|net|org|info|biz|shop|store|online|site|xyz|top|live|link|click|io|co|me|tv|gg|app|dev|ru|cn|de|fr|uk|us|in|br|ly';

const SCHEME = /\b(?:https?|ftp|wss?|tg|whatsapp|mailto):/iu;
const BARE_NAME = new RegExp(
  `(?:^|[^\\p{L}\\p{N}@])(?:[\\p{L}\\p{N}-]+\\.)+(?:${TOP_LEVELS})(?=$|[^\\p{L}\\p{N}-])`,
  'iu',
);
const MAIL = /[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+\.\p{L}{2,}/iu;
const ADDRESS = /(?:^|\D)\d{1,3}(?:\.\d{1,3}){3}(?::\d+|\/)/u;
/** "shop dot com", "shop (.) com": written so that filters miss it. */
const SPELLED = new RegExp(
  `\\S\\s*[([{]?\\s*(?:\\bdot\\b|\\bpunkt\\b|[([{]\\s*\\.\\s*[)\\]}])\\s*[)\\]}]?\\s*(?:${TOP_LEVELS})\\b`,
  'iu',
);

/** Folding leaves two of three equal letters. */
const SPOKEN_WWW = /\bww [\p{L}\p{N}]/u;

/** Whether a line tries to lead people somewhere else. */
export function hasLink(text: string): boolean {
  const wide = text.normalize('NFKC');
  return (
    SCHEME.test(wide) ||
    MAIL.test(wide) ||
    BARE_NAME.test(wide) ||
    ADDRESS.test(wide) ||
    SPELLED.test(wide) ||
    SPOKEN_WWW.test(foldText(text))
  );
}
