import { addToOutbox, makeEvent, type Query } from '#bus';
import {
  showEnded,
  showPaused,
  showResumed,
  showUpdated,
  showWentLive,
  type EventDefinition,
  type ShowFacts,
} from '#contracts';
import type { EntityManager } from 'typeorm';
import type { z } from 'zod';
import { Show } from '../database/entities/show.entity.ts';
import { nextShowState, type ShowMove } from './show-states.ts';
import { showFacts } from './show-view.ts';

const EVENTS = { go_live: showWentLive, pause: showPaused, resume: showResumed, end: showEnded };

/** The show under its lock; null when there is none or it was deleted. */
export async function lockShow(tx: EntityManager, showId: string): Promise<Show | null> {
  const show = await tx.findOne(Show, { where: { showId }, lock: { mode: 'pessimistic_write' } });
  return show?.deletedAt ? null : show;
}

/** Moves a locked show at `at` and tells everybody; the move must be one that the table allows. */
export async function moveShow(
  tx: EntityManager,
  query: Query,
  show: Show,
  move: ShowMove,
  at: Date,
  causeId: string | null = null,
): Promise<void> {
  const next = nextShowState(show.state, move);
  if (!next) throw new Error(`show ${show.showId} cannot ${move} from ${show.state}`);
  show.state = next;
  if (move === 'go_live') show.liveAt = at;
  show.pausedAt = next === 'paused' ? at : null;
  if (move === 'end') show.endedAt = at;
  await saveShow(tx, query, show, EVENTS[move], causeId);
}

/** Stores a locked show with its next version and tells everybody. */
export async function saveShow(
  tx: EntityManager,
  query: Query,
  show: Show,
  event: EventDefinition<z.ZodType<ShowFacts>> = showUpdated,
  causeId: string | null = null,
): Promise<void> {
  show.version += 1;
  const { showId, ...columns } = show;
  await tx.update(Show, { showId }, columns);
  const parts = { aggregateId: showId, version: show.version, causeId, data: showFacts(show) };
  await addToOutbox(query, makeEvent(event, parts));
}
