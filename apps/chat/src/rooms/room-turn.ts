import type { ChatLine, LogEntry, SaleState } from '#contracts';
import type { Answer } from './asks.ts';
import type { AfterEffect } from './commands/command.ts';
import { sayReply, type Intake, type WaitingLine, type WaitingReport, type WaitingVote } from './intake.ts';
import type { StoredNews } from '../figures/room-desk.ts';
import { entryTypeOf } from '../facts/sale-facts.ts';
import type { LiveBudget } from '../lines/live-budget.ts';
import type {
  NewEntry,
  ProgrammeClock,
  RepeatedLine,
  RoomInput,
  RoomStore,
  RoomTransaction,
} from './room-ports.ts';
import type { RoomState } from './room-state.ts';

/** Lines, votes and reports stored in one transaction. */
const MOST_PER_TURN = 500;
const INPUTS_PER_TURN = 100;

/** The store says that another owner took over. */
export class FencedError extends Error {
  override name = 'FencedError';
}

/** An answer that waits until the tick that carries what it speaks of is in the stream. */
export interface Settle {
  settle(answer: Answer): void;
  answer: Answer;
}

export interface TurnParts {
  state: RoomState;
  intake: Intake;
  store: RoomStore;
  programme: ProgrammeClock;
  budget: LiveBudget;
  now(): number;
  onStored(stored: StoredNews): void;
  onAfter(effects: readonly AfterEffect[]): void;
}

/** Gives entries their places in the log. Nothing counts before the transaction is committed. */
export function placeEntries(
  entries: readonly NewEntry[],
  { state, programme }: Pick<TurnParts, 'state' | 'programme'>,
  now: number,
): LogEntry[] {
  const at = state.stamp(now);
  const mediaTime = programme.at(state.show.showId, at);
  return entries.map(
    (entry, index) => ({ ...entry, seq: state.logSeq + 1 + index, at, mediaTime }) as LogEntry,
  );
}

/** Runs `work` in the owner's transaction, or throws when it is no longer the owner's. */
export async function inOwnTransaction<T>(
  { store, state }: Pick<TurnParts, 'store' | 'state'>,
  work: (tx: RoomTransaction) => Promise<T>,
): Promise<T> {
  const result = await store.transact(state.fence, work);
  if (!result) throw new FencedError(`room ${state.fence.showId} has another owner`);
  return result.value;
}

/** Takes what catalog and checkout published for this room into the log; older versions of a sale are dropped. */
export async function takeInputs(parts: TurnParts): Promise<{ more: boolean }> {
  const { state, now } = parts;
  const taken = await inOwnTransaction(parts, async (tx) => {
    const inputs = await tx.inputs(INPUTS_PER_TURN);
    if (inputs.length === 0) return undefined;
    const { entries, after } = entriesOf(inputs, state);
    const placed = placeEntries(entries, parts, now());
    await tx.addEntries(placed);
    for (const effect of after) if (effect.do === 'modes') await tx.setModes(effect.modes);
    await tx.removeInputs(inputs.map(({ id }) => id));
    return { placed, after, more: inputs.length === INPUTS_PER_TURN };
  });
  if (!taken) return { more: false };
  state.logSeq += taken.placed.length;
  state.ready.entries.push(...taken.placed);
  parts.onAfter(taken.after);
  return { more: taken.more };
}

/** Stores what waits and makes it ready; gives what to answer once it is in the stream. */
export async function storeWaiting(parts: TurnParts): Promise<Settle[]> {
  const { state, intake, budget } = parts;
  const lines = intake.takeLines(MOST_PER_TURN);
  const votes = intake.votes.splice(0, MOST_PER_TURN);
  const reports = intake.reports.splice(0, MOST_PER_TURN);
  if (lines.length + votes.length + reports.length === 0) return [];
  sample(lines, budget, parts.now());
  for (const [index, { stored }] of lines.entries()) stored.line.seq = state.lineSeq + 1 + index;
  let outcome: Stored;
  try {
    outcome = await inOwnTransaction(parts, (tx) => storeAll(tx, lines, votes, reports));
  } catch (error) {
    const answer: Answer =
      error instanceof FencedError
        ? { ok: false, code: 'moved' }
        : { ok: false, code: 'unavailable', retryAfterMs: 1_000 };
    for (const line of lines) line.undo();
    for (const { settle } of [...lines, ...votes, ...reports]) settle(answer);
    throw error;
  }
  state.lineSeq += lines.length;
  return settleStored(parts, outcome, { lines, votes, reports });
}

interface Stored {
  repeated: RepeatedLine[];
  votedBefore: Set<string>;
  reported: Set<string>;
}

async function storeAll(
  tx: RoomTransaction,
  lines: readonly WaitingLine[],
  votes: readonly WaitingVote[],
  reports: readonly WaitingReport[],
): Promise<Stored> {
  const repeated = lines.length > 0 ? await tx.addLines(lines.map(({ stored }) => stored)) : [];
  const votedBefore = new Set<string>();
  for (const [pollId, cast] of Map.groupBy(votes, (vote) => vote.pollId)) {
    for (const userId of await tx.addVotes(pollId, cast)) votedBefore.add(`${pollId} ${userId}`);
  }
  const reported = reports.length > 0 ? await tx.addReports(reports.map(({ report }) => report)) : [];
  return { repeated, votedBefore, reported: new Set(reported) };
}

function settleStored(
  parts: TurnParts,
  { repeated, votedBefore, reported }: Stored,
  done: { lines: WaitingLine[]; votes: WaitingVote[]; reports: WaitingReport[] },
): Settle[] {
  const { state } = parts;
  const before = new Map(repeated.map((known) => [`${known.authorId} ${known.key}`, known]));
  const shown: ChatLine[] = [];
  const aside: WaitingLine[] = [];
  const settles: Settle[] = [];
  const nextIn = ({ rank, stored }: WaitingLine): number =>
    rank === 0 ? 0 : state.memory.nextLineIn(stored.line.author.id);
  let unseen = 0;
  for (const waiting of done.lines) {
    const { line, state: lineState } = waiting.stored;
    const known = before.get(`${line.author.id} ${line.key}`);
    if (known) {
      settles.push({ settle: waiting.settle, answer: sayReply(known, nextIn(waiting)) });
      continue;
    }
    state.memory.note(waiting.stored);
    if (lineState !== 'shown') aside.push(waiting);
    else if (waiting.stored.unseen) unseen += 1;
    else shown.push(line);
    const now = { lineId: line.id, seq: line.seq, state: lineState };
    settles.push({ settle: waiting.settle, answer: sayReply(now, nextIn(waiting)) });
  }
  state.ready.lines.push(...shown);
  state.ambient.addUnseen(unseen);
  settles.push(...settleVotes(state, done.votes, votedBefore));
  for (const { report, settle } of done.reports) {
    const fresh = reported.has(report.id);
    settles.push({ settle, answer: fresh ? { ok: true } : { ok: false, code: 'already_reported' } });
  }
  const fresh = done.reports.filter(({ report }) => reported.has(report.id));
  parts.onStored({ shown, unseen, aside, reports: fresh });
  return settles;
}

/** One vote per account: also two in the same turn are one. */
function settleVotes(state: RoomState, votes: readonly WaitingVote[], votedBefore: Set<string>): Settle[] {
  return votes.map(({ pollId, userId, choice, settle }) => {
    const voter = `${pollId} ${userId}`;
    const counts = !votedBefore.has(voter);
    if (counts) state.ambient.addVote(pollId, choice);
    votedBefore.add(voter);
    return { settle, answer: counts ? { ok: true } : { ok: false, code: 'already_voted' } };
  });
}

/** Decides which of the lines everybody gets live; the others are stored for the replay. */
function sample(lines: readonly WaitingLine[], budget: LiveBudget, now: number): void {
  const open = lines.filter(({ stored }) => stored.state === 'shown');
  const chosen = budget.choose(
    open.map(({ rank, stored }) => ({ rank, authorId: stored.line.author.id })),
    now,
  );
  for (const [index, waiting] of open.entries()) waiting.stored.unseen = !chosen.has(index);
}

function entriesOf(
  inputs: readonly RoomInput[],
  state: RoomState,
): { entries: NewEntry[]; after: AfterEffect[] } {
  const sales = new Map<string, SaleState>(state.view.sales.map((sale) => [sale.saleId, sale]));
  for (const { data } of state.ready.entries) {
    if ('items' in data) sales.set(data.saleId, data as SaleState);
  }
  const entries: NewEntry[] = [];
  const after: AfterEffect[] = [];
  let modes = state.view.modes;
  for (const input of inputs) {
    if (input.kind === 'entry') {
      entries.push(input.entry);
      const { type, data } = input.entry;
      if (type === 'user_cleared') after.push({ do: 'forget', userId: data.userId });
      if (type === 'lines_deleted') after.push({ do: 'remove_lines', lineIds: data.lineIds });
    } else if (input.kind === 'access') after.push({ do: 'read_rules' });
    else if (input.kind === 'guest_chat') {
      modes = { ...modes, guestsMayWrite: input.allowed };
      entries.push({ type: 'modes_changed', data: modes });
      after.push({ do: 'modes', modes });
    } else {
      const { sale } = input;
      const known = sales.get(sale.saleId);
      // An older state never follows a newer one, however late its event came.
      if (known && known.version >= sale.version) continue;
      sales.set(sale.saleId, sale);
      entries.push({ type: entryTypeOf(known, sale), data: sale });
    }
  }
  return { entries, after };
}
