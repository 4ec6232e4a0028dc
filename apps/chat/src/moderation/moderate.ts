import type { ErrorCode, RoomModes } from '#contracts';
import type { Sanction, Standing } from '../rooms/room-ports.ts';
import { cleanText, isEmotesOnly } from './clean-text.ts';
import { hasLink } from './links.ts';
import type { RecentLines } from './recent-lines.ts';
import type { TokenBuckets } from './token-bucket.ts';
import { mask, type WordFilter } from './word-filter.ts';

/** A line on its way in. */
export interface Draft {
  authorId: string;
  guest: boolean;
  /** Staff are only held to size, encoding and rate. */
  staff: boolean;
  /** Where it comes from, as a keyed hash; many accounts behind one address share a limit. */
  address: string;
  text: string;
}

/** What the rules of a room know. */
export interface RoomRules {
  modes: RoomModes;
  sanctionOf(userId: string): Sanction | undefined;
  perAccount: TokenBuckets;
  perStaff: TokenBuckets;
  perAddress: TokenBuckets;
  /** When an author's last line was accepted. */
  lastLineAt(userId: string): number | undefined;
  recent: RecentLines;
  words: WordFilter;
}

export type Verdict =
  | { do: 'refuse'; code: ErrorCode; retryAfterMs?: number }
  | { do: 'show'; text: string }
  | { do: 'hold' | 'shadow'; text: string; why: string };

/** In shield mode nobody writes faster than this, whatever slow mode says. */
const SHIELD_SLOW_S = 10;

/**
 * The chain of rules, cheapest and strictest first: restrictions, size and encoding, rates, slow mode, modes, repeats,
 * links, words. The first refusal ends it; a hold or shadow goes on, since a later rule may still refuse.
 */
export function moderate(draft: Draft, rules: RoomRules, standing: Standing, now: number): Verdict {
  const sanction = rules.sanctionOf(draft.authorId);
  if (sanction?.kind === 'ban') return { do: 'refuse', code: 'chat_banned' };
  if (sanction?.kind === 'timeout') {
    return { do: 'refuse', code: 'muted', retryAfterMs: Math.max(1, (sanction.until ?? now) - now) };
  }
  const clean = cleanText(draft.text);
  if (!clean.ok) return { do: 'refuse', code: clean.code };
  const waitMs = draft.staff
    ? rules.perStaff.take(draft.authorId, now)
    : Math.max(rules.perAccount.take(draft.authorId, now), rules.perAddress.take(draft.address, now));
  if (waitMs > 0) return { do: 'refuse', code: 'rate_limited', retryAfterMs: waitMs };
  if (draft.staff) return { do: 'show', text: clean.text };

  const refused =
    checkSlowMode(draft, rules, now) ?? checkModes(draft, clean.text, rules.modes, standing, now);
  if (refused) return refused;
  if (rules.recent.isRepeat(draft.authorId, clean.text, now)) return { do: 'refuse', code: 'duplicate_line' };
  const judged = checkLinksAndWords(clean.text, rules);
  if (judged.do === 'refuse') return judged;
  if (sanction?.kind === 'shadow') return { do: 'shadow', text: judged.text, why: 'shadow_ban' };
  return judged;
}

/** Seconds that must pass between two lines of one author; 0 for none. */
export function slowSecondsOf({ slowS, shield }: RoomModes): number {
  return Math.max(slowS, shield ? SHIELD_SLOW_S : 0);
}

function checkSlowMode(draft: Draft, rules: RoomRules, now: number): Verdict | undefined {
  const slowS = slowSecondsOf(rules.modes);
  const last = rules.lastLineAt(draft.authorId);
  if (slowS === 0 || last === undefined) return undefined;
  const waitMs = last + slowS * 1_000 - now;
  return waitMs > 0 ? { do: 'refuse', code: 'slow_mode', retryAfterMs: waitMs } : undefined;
}

function checkModes(
  draft: Draft,
  text: string,
  modes: RoomModes,
  standing: Standing,
  now: number,
): Verdict | undefined {
  if (draft.guest && (!modes.guestsMayWrite || modes.shield))
    return { do: 'refuse', code: 'guests_may_not_write' };
  if (modes.followersOnlyS !== null) {
    const since = standing.followsSince;
    if (since === null) return { do: 'refuse', code: 'followers_only' };
    const waitMs = since + modes.followersOnlyS * 1_000 - now;
    if (waitMs > 0) return { do: 'refuse', code: 'followers_only', retryAfterMs: waitMs };
  }
  if (modes.buyersOnly && !standing.buyer) return { do: 'refuse', code: 'buyers_only' };
  if (modes.emotesOnly && !isEmotesOnly(text)) return { do: 'refuse', code: 'emotes_only' };
  return undefined;
}

function checkLinksAndWords(text: string, rules: RoomRules): Verdict {
  const links = rules.modes.shield ? 'block' : rules.modes.links;
  const linked = links !== 'allow' && hasLink(text);
  if (linked && links === 'block') return { do: 'refuse', code: 'links_not_allowed' };
  const hits = rules.words.find(text);
  const actions = new Set(hits.map((hit) => hit.action));
  if (actions.has('block')) return { do: 'refuse', code: 'words_not_allowed' };
  const masked = mask(
    text,
    hits.filter((hit) => hit.action === 'mask'),
  );
  if (actions.has('shadow')) return { do: 'shadow', text: masked, why: 'word' };
  if (actions.has('hold')) return { do: 'hold', text: masked, why: 'word' };
  if (linked) return { do: 'hold', text: masked, why: 'link' };
  return { do: 'show', text: masked };
}
