import { getSnapshotEndpoint, getTicksEndpoint, TICKS_PER_FILE, type LiveOffset } from '#contracts';
import type { Api } from '../api/api.ts';
import type { Timers } from '../timers.ts';
import type { RoomSink } from './room.ts';

interface TickPollerDeps {
  api: Api;
  showId: string;
  timers: Timers;
  /** The room's own rules decide what is new. */
  take: RoomSink;
  offset: () => LiveOffset | null;
}

const LOOK_EVERY_MS = 1_000;
const AWAY_MS = 4_000;

/**
 * Reads a room by HTTP where no WebSocket comes through: a snapshot, then the same ticks as small files. A full file
 * never changes, so the edge answers for all viewers at once.
 */
export function createTickPoller({ api, showId, timers, take, offset }: TickPollerDeps) {
  let running = false;
  let cancel = () => undefined as void;
  const again = (ms: number) => {
    if (running) cancel = timers.after(ms, () => void step());
  };
  const begin = async (): Promise<number> => {
    const result = await api.call(getSnapshotEndpoint, { params: { showId } });
    if (!running) return 0;
    if (result.ok) take.snapshot(result.body);
    return result.ok ? 0 : AWAY_MS;
  };
  const read = async ({ epoch, n }: LiveOffset): Promise<number> => {
    const first = Math.floor((n + 1) / TICKS_PER_FILE) * TICKS_PER_FILE;
    const result = await api.call(getTicksEndpoint, { params: { showId, first }, query: { epoch } });
    if (!running) return 0;
    if (!result.ok) return result.problem.code === 'ticks_gone' ? begin() : AWAY_MS;
    if (result.body.epoch !== epoch) return begin();
    for (const tick of result.body.ticks) take.tick(tick);
    return result.body.complete ? 0 : LOOK_EVERY_MS;
  };
  const step = async () => {
    const at = offset();
    again(await (at ? read(at) : begin()));
  };
  return {
    start() {
      if (running) return;
      running = true;
      void step();
    },
    stop() {
      running = false;
      cancel();
    },
  };
}
