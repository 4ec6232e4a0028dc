import { SNAPSHOT_LINES, type ChatLine } from '#contracts';
import type { RoomPorts } from './owner-ports.ts';
import type { Fence, RoomStart, TickMarks } from './room-ports.ts';
import { RoomState } from './room-state.ts';

type Ports = Pick<RoomPorts, 'store' | 'ticks' | 'newId' | 'timers'>;

/** A room that was taken over but has not spoken yet. */
export interface OpenedRoom {
  state: RoomState;
  /**
   * Takes up what the stream has by now. Called again when the first tick is refused: the owner before had a tick under
   * way that arrived first.
   */
  align(): Promise<boolean>;
}

/**
 * What a new owner begins with. First the store is fenced, so that the owner before can add nothing; then the stream is
 * asked what was published; the difference is ready for the first tick. When the stream no longer has its last tick (it was
 * lost, or the room is new) a new epoch begins: clients take a snapshot, and nothing needs to be published again.
 */
export async function openRoom(fence: Fence, ports: Ports): Promise<OpenedRoom | undefined> {
  const start = await ports.store.takeOver(fence, ports.newId());
  if (!start) return undefined;
  const marks: TickMarks = { n: 0, epoch: start.epoch, log: start.logSeq, line: start.lineSeq };
  // Every stored line that was shown, those included that no tick has carried yet.
  const { lines } = start.view;
  const state = new RoomState(fence, start, marks, () => ports.timers.now());
  const opened = { state, align: () => align(state, { ...start, lines }, ports) };
  return (await opened.align()) ? opened : undefined;
}

async function align(
  state: RoomState,
  start: RoomStart & { epoch: string; lines: readonly ChatLine[] },
  { store, ticks, newId }: Ports,
): Promise<boolean> {
  const { fence } = state;
  const last = await ticks.last(fence.showId);
  state.streamSeq = last.streamSeq;
  const goesOn = last.marks?.epoch === start.epoch;
  if (last.marks && goesOn) {
    const missed = await store.unpublished(fence.showId, last.marks.log, last.marks.line);
    const unsaid = new Set(missed.lines.map(({ id }) => id));
    state.marks = last.marks;
    state.ready = { entries: missed.entries, lines: missed.lines };
    state.view.lines = start.lines.filter(({ id }) => !unsaid.has(id)).slice(-SNAPSHOT_LINES);
  } else {
    const epoch = newId();
    if (!(await store.setEpoch(fence, epoch))) return false;
    state.marks = { n: 0, epoch, log: start.logSeq, line: start.lineSeq };
    state.view.lines = start.lines.slice(-SNAPSHOT_LINES);
  }
  state.view.epoch = state.marks.epoch;
  state.view.n = state.marks.n;
  return true;
}
