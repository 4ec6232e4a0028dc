import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SayReply, type LiveTick } from '#contracts';
import { newId } from '#process';
import type { RoomPorts } from '../src/rooms/owner-ports.ts';
import type { TickStream } from '../src/rooms/room-ports.ts';
import { gate, host, order, say, startRoomBench, viewer, type RoomBench } from './room-bench.ts';

let bench: RoomBench;
beforeAll(async () => {
  bench = await startRoomBench();
}, 60_000);
afterAll(() => bench.stop());

const ticksOf = async (show: Parameters<RoomBench['stream']>[0]): Promise<LiveTick[]> =>
  (await bench.stream(show)).map(({ json }) => JSON.parse(json) as LiveTick);
const linesOf = async (show: Parameters<RoomBench['stream']>[0]): Promise<string[]> =>
  (await ticksOf(show)).flatMap((tick) => (tick.chat ?? []).map((line) => line.text));

/** The stream as a room sees it when something stands between. */
function through(publish: (next: TickStream['publish']) => TickStream['publish']): TickStream {
  const { ticks } = bench;
  return { last: (showId) => ticks.last(showId), publish: publish(ticks.publish.bind(ticks)) };
}

describe('at most one owner (protocols 12)', () => {
  it('begins with a take-over tick, and a former owner that wakes is refused and steps down', async () => {
    const show = await bench.makeShow();
    const former = await bench.open(show, 1);
    await say(former.room, viewer(), 'under the first');
    const present = await bench.open(show, 2);
    expect((await ticksOf(show)).at(-1)).toMatchObject({ takeover: true });
    expect(await say(former.room, viewer(), 'said to a ghost')).toEqual({ ok: false, code: 'moved' });
    expect(await former.ended).toBe('fenced');
    await say(present.room, viewer(), 'under the second');
    expect(await linesOf(show)).toEqual(['under the first', 'under the second']);
  });

  it('refuses a tick of a former owner that was under way when it was paused', async () => {
    const show = await bench.makeShow();
    const paused = gate();
    const reached = gate();
    let hold = false;
    const former = await bench.open(show, 1, {
      ticks: through((next) => async (...args) => {
        if (hold) {
          reached.open();
          await paused.opened;
        }
        return next(...args);
      }),
    });
    hold = true;
    // Reactions are in no row: only the stream itself can refuse this tick.
    former.room.sum({ gateway: 'g', reactions: { heart: 5 } });
    await reached.opened;
    await bench.open(show, 2);
    paused.open();
    expect(await former.ended).toBe('fenced');
    const ticks = await ticksOf(show);
    expect(ticks.map((tick) => tick.ambient?.reactions ?? null)).toEqual(ticks.map(() => null));
    expect(ticks.map(({ n }) => n)).toEqual(ticks.map((_, index) => index + 1));
  });

  it('gives way to a tick of the former owner that arrived first, and goes on after it', async () => {
    const show = await bench.makeShow();
    const former = await bench.open(show, 1);
    await say(former.room, viewer(), 'settled in');
    let first = true;
    const present = await bench.open(show, 2, {
      ticks: through((next) => async (...args) => {
        if (first) {
          first = false;
          former.room.sum({ gateway: 'g', reactions: { heart: 3 } });
          while ((await ticksOf(show)).length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
        }
        return next(...args);
      }),
    });
    await say(present.room, viewer(), 'goes on');
    const ticks = await ticksOf(show);
    expect(ticks.map(({ n }) => n)).toEqual(ticks.map((_, index) => index + 1));
    expect(ticks[2]?.ambient?.reactions).toEqual({ heart: 3 });
    expect(ticks[3]).toMatchObject({ takeover: true });
  });

  it('knows its own tick again when the acknowledgement was lost', async () => {
    const show = await bench.makeShow();
    let lose = false;
    const { room } = await bench.open(show, 1, {
      ticks: through((next) => async (...args) => {
        const published = await next(...args);
        if (!lose) return published;
        lose = false;
        return next(...args);
      }),
    });
    lose = true;
    expect(await say(room, viewer(), 'once')).toMatchObject({ ok: true });
    expect(await linesOf(show)).toEqual(['once']);
  });

  it('knows its own tick again when NATS has forgotten its id, which it does after two minutes', async () => {
    const show = await bench.makeShow();
    const { streams } = bench.bus.jsm;
    const { config } = await streams.info('TICKS');
    const windowMs = 100;
    await streams.update('TICKS', { ...config, duplicate_window: windowMs * 1_000_000 });
    try {
      let lose = false;
      const { room } = await bench.open(show, 1, {
        ticks: through((next) => async (...args) => {
          const published = await next(...args);
          if (!lose) return published;
          lose = false;
          await new Promise((resolve) => setTimeout(resolve, 5 * windowMs));
          return next(...args);
        }),
      });
      lose = true;
      expect(await say(room, viewer(), 'once')).toMatchObject({ ok: true });
      expect(await linesOf(show)).toEqual(['once']);
    } finally {
      await streams.update('TICKS', config);
    }
  });

  it('never takes an older generation', async () => {
    const show = await bench.makeShow();
    await bench.open(show, 5);
    await expect(bench.open(show, 5)).rejects.toThrow('did not become the owner');
    await expect(bench.open(show, 4)).rejects.toThrow('did not become the owner');
  });
});

describe('the show log (protocols 13)', () => {
  it('writes the row first: what no tick carried before the crash, the next owner publishes', async () => {
    const show = await bench.makeShow();
    const stuck = gate();
    let hold = false;
    const former = await bench.open(show, 1, {
      ticks: through((next) => async (...args) => {
        if (hold) await stuck.opened;
        return next(...args);
      }),
    });
    hold = true;
    const pin = { type: 'pin' as const, productId: show.productIds[0] ?? '' };
    const pinned = order(former.room, host(), pin);
    const stored = async () => bench.query('SELECT 1 FROM show_log WHERE show_id = $1', [show.showId]);
    while ((await stored()).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect((await ticksOf(show)).flatMap((tick) => tick.critical ?? [])).toEqual([]);
    await bench.open(show, 2);
    const entries = (await ticksOf(show)).flatMap((tick) => tick.critical ?? []);
    expect(entries).toMatchObject([{ seq: 1, type: 'pinned', data: { productId: pin.productId } }]);
    stuck.open();
    expect(await pinned).toEqual({ ok: false, code: 'moved' });
    expect((await ticksOf(show)).flatMap((tick) => tick.critical ?? [])).toHaveLength(1);
  });

  it('carries out a command once, whoever is asked and however often', async () => {
    const show = await bench.makeShow();
    const hannah = host();
    const former = await bench.open(show, 1);
    const id = newId();
    const command = { type: 'message' as const, text: 'Welcome!' };
    const first = await order(former.room, hannah, command, id);
    expect(first).toEqual({ ok: true, seq: 1, repeated: false });
    expect(await order(former.room, hannah, command, id)).toEqual({ ok: true, seq: 1, repeated: true });
    const present = await bench.open(show, 2);
    expect(await order(present.room, hannah, command, id)).toEqual({ ok: true, seq: 1, repeated: true });
    expect(await order(present.room, host(), command, id)).toMatchObject({ code: 'idempotency_key_reused' });
    const rows = await bench.query('SELECT type FROM show_log WHERE show_id = $1', [show.showId]);
    expect(rows).toEqual([{ type: 'host_message' }]);
  });

  it('takes no row from an owner whose generation is old, even in the middle of its transaction', async () => {
    const show = await bench.makeShow();
    const { showId } = show;
    await bench.open(show, 1);
    await bench.open(show, 2);
    const late = await bench.store.transact({ showId, generation: 1 }, (tx) =>
      tx.addEntries([{ seq: 1, at: 1, mediaTime: null, type: 'unpinned', data: {} }]),
    );
    expect(late).toBeUndefined();
    expect(await bench.query('SELECT 1 FROM show_log WHERE show_id = $1', [showId])).toEqual([]);
  });

  it('makes a take-over wait for a transaction that the former owner has begun', async () => {
    const show = await bench.makeShow();
    const { showId } = show;
    await bench.open(show, 1);
    const begun = gate();
    const finish = gate();
    const writing = bench.store.transact({ showId, generation: 1 }, async (tx) => {
      begun.open();
      await finish.opened;
      await tx.addEntries([{ seq: 1, at: 1, mediaTime: null, type: 'unpinned', data: {} }]);
    });
    await begun.opened;
    let taken = false;
    const taking = bench.open(show, 2).then(() => (taken = true));
    const waits = `SELECT 1 FROM pg_stat_activity
                   WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'INSERT INTO room %'`;
    while (!taken && (await bench.query(waits)).length === 0) await Promise.resolve();
    expect(taken).toBe(false);
    finish.open();
    expect(await writing).toEqual({ value: undefined });
    await taking;
    expect((await ticksOf(show)).at(-1)?.critical).toMatchObject([{ seq: 1, type: 'unpinned' }]);
  });

  it('says at once what is critical: no order waits for the next tick', async () => {
    const show = await bench.makeShow();
    // A clock on which nothing that is not due at once ever comes.
    const timers: RoomPorts['timers'] = {
      now: Date.now,
      after(ms, work) {
        const timer = ms > 0 ? undefined : setTimeout(work, 0);
        return () => clearTimeout(timer);
      },
    };
    const { room } = await bench.open(show, 1, { timers });
    for (let round = 1; round <= 3; round += 1) {
      expect(await order(room, host(), { type: 'message', text: `look ${round}` })).toMatchObject({
        ok: true,
      });
    }
    expect((await ticksOf(show)).flatMap((tick) => tick.critical ?? [])).toHaveLength(3);
  });

  it('refuses who has no right, and keeps a record of who did what', async () => {
    const show = await bench.makeShow();
    const { room } = await bench.open(show, 1);
    expect(await order(room, viewer(), { type: 'unpin' })).toEqual({ ok: false, code: 'forbidden' });
    const hannah = host();
    const absent = await order(room, hannah, { type: 'pin', productId: newId() });
    expect(absent).toEqual({ ok: false, code: 'product_not_in_line_up' });
    await order(room, hannah, { type: 'next' });
    await order(room, hannah, { type: 'next' });
    expect(await order(room, hannah, { type: 'next' })).toEqual({ ok: false, code: 'line_up_at_end' });
    const audit = await bench.query<{ act: string; actor_id: string; details: unknown }>(
      'SELECT act, actor_id, details FROM audit WHERE show_id = $1 ORDER BY audit_id',
      [show.showId],
    );
    expect(audit.map(({ act }) => act)).toEqual(['pin', 'next', 'next', 'next']);
    expect(audit.map((row) => row.actor_id)).toEqual(Array(4).fill(hannah.userId));
    expect(audit[0]?.details).toEqual({ refused: 'product_not_in_line_up' });
  });

  it('tells programme time: which picture was at ingest', async () => {
    const show = await bench.makeShow();
    const { room } = await bench.open(show, 1, { programme: { at: () => 1_234_567 } });
    await order(room, host(), { type: 'message', text: 'look' });
    expect((await ticksOf(show)).at(-1)).toMatchObject({
      mediaTime: 1_234_567,
      critical: [{ mediaTime: 1_234_567 }],
    });
  });
});

describe('the reconnect offset (protocols 14)', () => {
  it('is the tick number of the show, although shows share one stream', async () => {
    const [a, b] = [await bench.makeShow(), await bench.makeShow()];
    const [one, two] = [await bench.open(a, 1), await bench.open(b, 1)];
    for (let i = 0; i < 3; i += 1) {
      await say(one.room, viewer(), `a${i}`);
      await say(two.room, viewer(), `b${i}`);
    }
    for (const show of [a, b]) {
      const stored = await bench.stream(show);
      expect(stored.map(({ head }) => head.n)).toEqual(stored.map((_, index) => index + 1));
      expect(stored.map(({ json }) => (JSON.parse(json) as LiveTick).n)).toEqual(
        stored.map(({ head }) => head.n),
      );
      const gaps = stored.slice(1).map(({ streamSeq }, index) => streamSeq - (stored[index]?.streamSeq ?? 0));
      expect(Math.max(...gaps)).toBeGreaterThan(1);
    }
  });

  it('begins a new epoch when the stream has lost its ticks, and says nothing twice', async () => {
    const show = await bench.makeShow();
    const former = await bench.open(show, 1);
    await say(former.room, viewer(), 'before');
    const before = (await ticksOf(show)).at(-1)?.epoch;
    await bench.bus.jsm.streams.purge('TICKS', { filter: `rt.${show.showId}.log` });
    const present = await bench.open(show, 2);
    const [first] = await ticksOf(show);
    expect(first).toMatchObject({ n: 1, takeover: true });
    expect(first?.epoch).not.toBe(before);
    expect(first?.chat).toBeUndefined();
    const brief = await present.room.ask({ ask: 'snapshot' });
    expect(brief).toMatchObject({ view: { lines: [{ text: 'before' }] } });
  });
});

describe('chat (protocols 15)', () => {
  it('acknowledges after the stream has the tick, not before', async () => {
    const show = await bench.makeShow();
    const stored = gate();
    const reached = gate();
    let hold = false;
    const { room } = await bench.open(show, 1, {
      ticks: through((next) => async (...args) => {
        if (hold) {
          reached.open();
          await stored.opened;
        }
        return next(...args);
      }),
    });
    hold = true;
    let answered = false;
    const answer = say(room, viewer(), 'patience').then((reply) => {
      answered = true;
      return reply;
    });
    await reached.opened;
    await new Promise((resolve) => setImmediate(resolve));
    expect(answered).toBe(false);
    stored.open();
    expect(await answer).toMatchObject({ ok: true, state: 'sent', seq: 1 });
  });

  it("carries the sender's own ids, and stores each once for ever", async () => {
    const show = await bench.makeShow();
    const ada = viewer();
    const key = newId();
    const former = await bench.open(show, 1);
    const [one, same] = await Promise.all([
      say(former.room, ada, 'once', key),
      say(former.room, ada, 'once', key),
    ]);
    expect(one).toMatchObject({ ok: true });
    expect(same).toEqual(one);
    expect(await say(former.room, ada, 'once', key)).toEqual(one);
    await bench.query(`UPDATE chat_line SET at = 0 WHERE show_id = $1`, [show.showId]);
    const present = await bench.open(show, 2);
    expect(await say(present.room, ada, 'once', key)).toEqual(one);
    const lines = (await ticksOf(show)).flatMap((tick) => tick.chat ?? []);
    expect(lines.map((line) => line.key)).toEqual([key]);
    expect(await say(present.room, viewer(), 'another author may use the same key', key)).toMatchObject({
      ok: true,
    });
  });

  it('keeps slow mode, bans and recent ids over a change of owner', async () => {
    const show = await bench.makeShow();
    const [ada, bo, hannah] = [viewer(), viewer(), host()];
    const former = await bench.open(show, 1);
    await order(former.room, hannah, { type: 'set_modes', modes: { slowS: 60 } });
    await order(former.room, hannah, { type: 'ban', userId: bo.userId });
    const key = newId();
    const said = await say(former.room, ada, 'first', key);
    const present = await bench.open(show, 2);
    expect(await say(present.room, bo, 'let me in')).toEqual({ ok: false, code: 'chat_banned' });
    expect(await say(present.room, ada, 'second')).toMatchObject({ ok: false, code: 'slow_mode' });
    const { lineId, seq } = SayReply.parse(said);
    expect(await say(present.room, ada, 'first', key)).toMatchObject({
      ok: true,
      state: 'sent',
      lineId,
      seq,
    });
  });

  it('stores what sampling leaves out, for the replay', async () => {
    const show = await bench.makeShow();
    const { room } = await bench.open(show, 1, {}, { linesPerS: 1 });
    const crowd = Array.from({ length: 12 }, (_, index) => say(room, viewer(), `voice number ${index}`));
    expect((await Promise.all(crowd)).every((answer) => answer.ok)).toBe(true);
    const shown = await linesOf(show);
    expect(shown.length).toBeLessThan(12);
    const rows = await bench.query<{ unseen: boolean; state: string }>(
      'SELECT unseen, state FROM chat_line WHERE show_id = $1',
      [show.showId],
    );
    expect(rows.map(({ state }) => state)).toEqual(Array(12).fill('shown'));
    expect(rows.filter(({ unseen }) => !unseen)).toHaveLength(shown.length);
    const unseen = (await ticksOf(show)).reduce((sum, tick) => sum + (tick.ambient?.unseen ?? 0), 0);
    expect(unseen).toBe(12 - shown.length);
    await bench.open(show, 2);
    expect(await linesOf(show)).toHaveLength(shown.length);
  });

  it('takes a failed transaction for what it was: nothing stored is said twice, nothing lost', async () => {
    const show = await bench.makeShow();
    let broken = 0;
    const { store } = bench;
    const unsure = new Proxy(store, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target);
        if (name !== 'transact') return typeof value === 'function' ? value.bind(target) : value;
        return async (...args: Parameters<typeof store.transact>) => {
          const result = await store.transact(...args);
          broken -= 1;
          if (broken === 0) throw new Error('the connection was lost before the answer came');
          return result;
        };
      },
    });
    const { room } = await bench.open(show, 1, { store: unsure });
    const [ada, key] = [viewer(), newId()];
    await say(room, viewer(), 'settled in');
    broken = 1;
    const unknown = await say(room, ada, 'is it stored?', key);
    expect(unknown).toMatchObject({ ok: false, code: 'unavailable' });
    let again = await say(room, ada, 'is it stored?', key);
    while (!again.ok) again = await say(room, ada, 'is it stored?', key);
    expect(await linesOf(show)).toEqual(['settled in', 'is it stored?']);
  });
});
