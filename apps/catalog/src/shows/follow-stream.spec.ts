import { describe, expect, it } from '@jest/globals';
import type { ShowState } from '#contracts';
import fc from 'fast-check';
import { followStream, type StreamKnowledge, type StreamNews } from './follow-stream.ts';
import { nextShowState } from './show-states.ts';

const fresh: StreamKnowledge = { state: 'scheduled', goLive: 'on_publish', streamId: null, streamVersion: 0 };
const news = (version: number, now: StreamNews['now'], parts: Partial<StreamNews> = {}): StreamNews => ({
  streamId: 's1',
  version,
  now,
  endsShow: now === 'over',
  ...parts,
});

function after(show: StreamKnowledge, told: StreamNews): StreamKnowledge {
  const moves = followStream(show, told);
  if (!moves) return show;
  const state = moves.reduce<ShowState>((at, move) => {
    const next = nextShowState(at, move);
    if (!next) throw new Error(`${move} from ${at}`);
    return next;
  }, show.state);
  return { ...show, state, streamId: told.streamId, streamVersion: told.version };
}

describe('following a stream', () => {
  it('goes live, pauses, resumes and ends with it', () => {
    const states: string[] = [];
    let show = fresh;
    for (const told of [news(1, 'on'), news(2, 'interrupted'), news(3, 'on'), news(4, 'over')]) {
      show = after(show, told);
      states.push(show.state);
    }
    expect(states).toEqual(['live', 'paused', 'live', 'ended']);
  });

  it('takes each event once and no older one', () => {
    const live = after(fresh, news(3, 'on'));
    expect(followStream(live, news(3, 'on'))).toBeUndefined();
    expect(followStream(live, news(2, 'interrupted'))).toBeUndefined();
    expect(followStream(live, news(9, 'interrupted', { streamId: 's0' }))).toBeUndefined();
    expect(followStream(live, news(1, 'interrupted', { streamId: 's2' }))).toEqual(['pause']);
  });

  it('leaves a rehearsal alone', () => {
    const rehearsal: StreamKnowledge = { ...fresh, goLive: 'manual' };
    expect(followStream(rehearsal, news(1, 'on'))).toEqual([]);
    expect(followStream(rehearsal, news(1, 'over'))).toEqual([]);
  });

  it('makes up for what it was never told', () => {
    expect(followStream(fresh, news(2, 'interrupted'))).toEqual(['go_live', 'pause']);
    expect(followStream(fresh, news(4, 'over'))).toEqual(['go_live', 'end']);
    expect(followStream(fresh, news(4, 'over', { endsShow: false }))).toEqual(['go_live', 'pause']);
  });

  it('moves an ended show no more', () => {
    const ended: StreamKnowledge = { ...fresh, state: 'ended' };
    for (const now of ['on', 'interrupted', 'over'] as const)
      expect(followStream(ended, news(1, now))).toEqual([]);
  });

  it('ends up the same in whatever order and number the events come', () => {
    const kinds = fc.array(fc.constantFrom<StreamNews['now']>('on', 'interrupted'), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(kinds, fc.infiniteStream(fc.nat()), (told, picks) => {
        const inOrder = told.map((now, index) => news(index + 1, now));
        const expected = inOrder.reduce(after, fresh);
        const shuffled = inOrder
          .flatMap((one) => [one, one])
          .map((one) => ({ one, key: picks.next().value }))
          .toSorted((a, b) => a.key - b.key)
          .map(({ one }) => one);
        expect(shuffled.reduce(after, fresh)).toEqual(expected);
      }),
    );
  });
});
