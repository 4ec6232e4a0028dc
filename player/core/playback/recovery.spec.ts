import { describe, expect, it } from '@jest/globals';
import { createLiveFollow, type FollowSample } from './live-follow.ts';
import { createRecovery } from './recovery.ts';

describe('recovery', () => {
  const setUp = () => {
    let now = 0;
    const decide = createRecovery(
      () => now,
      () => 1,
    );
    return { decide, pass: (ms: number) => void (now += ms) };
  };

  it('repairs the decoder twice in place, then rebuilds the player', () => {
    const { decide } = setUp();
    const acts = [1, 2, 3].map(() => decide({ kind: 'media' }));
    expect(acts).toEqual([
      { act: 'decoder', afterMs: 0 },
      { act: 'decoder', afterMs: 0 },
      { act: 'rebuild', afterMs: 4_000 },
    ]);
  });

  it('tries the network for ever, at growing distances', () => {
    const { decide } = setUp();
    const acts = [1, 2, 3, 4, 5, 6].map(() => decide({ kind: 'network', status: 503 }));
    expect(acts.map((remedy) => ('afterMs' in remedy ? remedy.afterMs : remedy))).toEqual([
      1_000, 2_000, 4_000, 8_000, 8_000, 8_000,
    ]);
    expect(acts.every(({ act }) => act !== 'stop')).toBe(true);
  });

  it('starts gently again after a quiet stretch', () => {
    const { decide, pass } = setUp();
    for (let fault = 0; fault < 5; fault += 1) decide({ kind: 'media' });
    pass(20_000);
    expect(decide({ kind: 'media' })).toEqual({ act: 'decoder', afterMs: 0 });
  });

  it.each([
    [410, 'gone'],
    [403, 'forbidden'],
  ])('stops at %d: the show is %s for this viewer', (status, why) => {
    expect(setUp().decide({ kind: 'network', status })).toEqual({ act: 'stop', why });
  });
});

describe('live follow', () => {
  const run = (samples: Partial<FollowSample>[]) => {
    const follow = createLiveFollow();
    return samples.map((sample, n) =>
      follow({ at: n * 1_000, behindS: 2, targetS: 1.5, position: n, following: true, ...sample }),
    );
  };

  it('lets the gentle catch-up work when it is close', () => {
    expect(run(Array.from({ length: 8 }, () => ({ behindS: 9 })))).toEqual(
      Array.from({ length: 8 }, () => 'stay'),
    );
  });

  it('jumps when it has been far behind for three seconds, not for a dip of two', () => {
    expect(
      run([
        { behindS: 12 },
        { behindS: 12 },
        { behindS: 2 },
        { behindS: 12 },
        { behindS: 12 },
        { behindS: 12 },
        { behindS: 12 },
      ]),
    ).toEqual(['stay', 'stay', 'stay', 'stay', 'stay', 'stay', 'jump']);
  });

  it('leaves a viewer alone who rewound or paused', () => {
    const far = Array.from({ length: 30 }, () => ({ behindS: 300, following: false, position: 5 }));
    expect(new Set(run(far))).toEqual(new Set(['stay']));
  });

  it('jumps once out of a picture that stands still, then rebuilds', () => {
    const acts = run(Array.from({ length: 20 }, () => ({ position: 7 })));
    expect(acts.flatMap((act, second) => (act === 'stay' ? [] : [`${second} s: ${act}`]))).toEqual([
      '6 s: jump',
      '14 s: rebuild',
    ]);
  });
});
