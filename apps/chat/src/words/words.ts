import type { AnswerOf, listWordsEndpoint, WordView } from '#contracts';
import { inTransaction, type Query } from '#bus';
import { newId } from '#process';
import { readCursor, writeCursor } from '#service';
import type { Pool } from 'pg';
import { z } from 'zod';
import { recordAct } from '../access/record-act.ts';
import { foldText } from '../moderation/fold.ts';
import type { Actor } from '../rooms/actor.ts';

/** Words on one list: a shop's, or the platform's. */
const MOST_WORDS = 2_000;

interface Row {
  word_id: string;
  show_id: string | null;
  pattern: string;
  action: WordView['action'];
  match: WordView['match'];
  added_at: Date;
}

/** One page of a list in the order of the alphabet; `shopId` null is the platform's. */
export async function readWords(
  query: Query,
  shopId: string | null,
  filter: { limit: number; cursor?: string | undefined; showId?: string | undefined },
): Promise<AnswerOf<typeof listWordsEndpoint>> {
  const after = readCursor(filter.cursor, z.tuple([z.string(), z.uuid()]));
  const rows = await query<Row>(
    `SELECT word_id, show_id, pattern, action, match, added_at FROM word
     WHERE shop_id IS NOT DISTINCT FROM $1 AND ($2::uuid IS NULL OR show_id = $2)
       AND ($3::text IS NULL OR (pattern, word_id) > ($3, $4::uuid))
     ORDER BY pattern, word_id LIMIT $5`,
    [shopId, filter.showId ?? null, after?.[0] ?? null, after?.[1] ?? null, filter.limit + 1],
  );
  const items = rows.slice(0, filter.limit);
  const last = items.at(-1);
  return {
    items: items.map(wordView),
    nextCursor: rows.length > filter.limit && last ? writeCursor([last.pattern, last.word_id]) : null,
  };
}

export interface NewWord {
  shopId: string | null;
  showId: string | null;
  pattern: string;
  action: WordView['action'];
  match: WordView['match'];
}

export type Added =
  | { ok: true; word: WordView }
  | { ok: false; code: 'word_exists' | 'too_many_words' | 'show_not_found' | 'invalid_request' };

/** Puts a word on a list. What is the same word in disguise is the same word. */
export function addWord(pool: Pool, actor: Actor, word: NewWord, now: number): Promise<Added> {
  const { shopId, showId, action, match } = word;
  const pattern = foldText(word.pattern);
  return inTransaction(pool, async (query): Promise<Added> => {
    if (pattern.length < 2) return { ok: false, code: 'invalid_request' };
    if (showId) {
      const own = await query('SELECT 1 FROM show WHERE show_id = $1 AND shop_id = $2', [showId, shopId]);
      if (own.length === 0) return { ok: false, code: 'show_not_found' };
    }
    const [list] = await query<{ words: number }>(
      'SELECT count(*)::int AS words FROM word WHERE shop_id IS NOT DISTINCT FROM $1',
      [shopId],
    );
    if ((list?.words ?? 0) >= MOST_WORDS) return { ok: false, code: 'too_many_words' };
    const [row] = await query<Row>(
      `INSERT INTO word (word_id, shop_id, show_id, pattern, action, match, added_by) VALUES ($1, $2, $3, $4, $5, $6, $7)
       ON CONFLICT DO NOTHING RETURNING word_id, show_id, pattern, action, match, added_at`,
      [newId(), shopId, showId, pattern, action, match, actor.userId],
    );
    if (!row) return { ok: false, code: 'word_exists' };
    await recordAct(query, actor, {
      act: 'add_word',
      shopId,
      showId,
      at: now,
      details: { pattern, action, match },
    });
    return { ok: true, word: wordView(row) };
  });
}

/** Takes a word off its list; false when it is not there. */
export function removeWord(
  pool: Pool,
  actor: Actor,
  { shopId, wordId }: { shopId: string | null; wordId: string },
  now: number,
): Promise<boolean> {
  return inTransaction(pool, async (query) => {
    const [row] = await query<{ pattern: string; show_id: string | null }>(
      'DELETE FROM word WHERE word_id = $1 AND shop_id IS NOT DISTINCT FROM $2 RETURNING pattern, show_id',
      [wordId, shopId],
    );
    if (!row) return false;
    const details = { pattern: row.pattern };
    await recordAct(query, actor, { act: 'remove_word', shopId, showId: row.show_id, at: now, details });
    return true;
  });
}

function wordView(row: Row): WordView {
  return {
    wordId: row.word_id,
    showId: row.show_id,
    pattern: row.pattern,
    action: row.action,
    match: row.match,
    addedAt: row.added_at.toISOString(),
  };
}
