import { SNAPSHOT_LINES } from '#contracts';
import type { RoomPorts } from './room.ts';
import type { Fence, TickMarks } from './room-ports.ts';
import { RoomState } from './room-state.ts';

/**
 * What a new owner begins with. First the store is fenced, so that the owner before can add nothing; then the stream is
 * asked what was published; the difference is ready for the first tick. When the stream no longer has its last tick (it was
 * lost, or the room is new) a new epoch begins: clients take a snapshot, and nothing needs to be published again.
 */
export async function openRoom(
  fence: Fence,
  { store, ticks, newId, timers }: Pick<RoomPorts, 'store' | 'ticks' | 'newId' | 'timers'>,
): Promise<RoomState | undefined> {
  const start = await store.takeOver(fence, newId());
  if (!start) return undefined;
  const last = await ticks.last(fence.showId);
  const goesOn = last.marks !== undefined && last.marks.epoch === start.epoch;
  const epoch = goesOn ? start.epoch : newId();
  if (epoch !== start.epoch && !(await store.setEpoch(fence, epoch))) return undefined;
  const marks: TickMarks =
    goesOn && last.marks ? last.marks : { n: 0, epoch, log: start.logSeq, line: start.lineSeq };
  const state = new RoomState(fence, start, marks, () => timers.now());
  state.streamSeq = last.streamSeq;
  state.view.epoch = epoch;
  state.view.n = marks.n;
  if (goesOn) {
    const missed = await store.unpublished(fence.showId, marks.log, marks.line);
    state.ready = { entries: missed.entries, lines: missed.lines };
    const unsaid = new Set(missed.lines.map(({ id }) => id));
    state.view.lines = state.view.lines.filter(({ id }) => !unsaid.has(id)).slice(-SNAPSHOT_LINES);
  }
  return state;
}
