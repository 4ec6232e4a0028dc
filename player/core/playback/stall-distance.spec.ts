import { describe, expect, it } from '@jest/globals';
import { fakeEngine } from '../testing/fake-engine.ts';
import { createStallMemory, giveBackStallDistance } from './stall-distance.ts';

describe('the distance that a stall has cost', () => {
  it('is given back once, when nothing has stalled for a while', () => {
    const memory = createStallMemory();
    expect(memory.mayGiveBack(100_000)).toBe(false);
    memory.handleStall(100_000);
    memory.handleStall(104_000);
    expect([118_000, 119_000, 120_000].map((at) => memory.mayGiveBack(at))).toEqual([false, true, false]);
  });

  it('stays longer with every stall that follows at once, for a viewer whose network needs it', () => {
    const memory = createStallMemory();
    const waits: number[] = [];
    let at = 0;
    for (let round = 0; round < 7; round += 1) {
      memory.handleStall(at);
      const stalledAt = at;
      while (!memory.mayGiveBack(at)) at += 1_000;
      waits.push((at - stalledAt) / 1_000);
      at += 2_000;
    }
    expect(waits).toEqual([15, 30, 60, 120, 240, 240, 240]);
    memory.handleStall(at + 600_000);
    expect(memory.mayGiveBack(at + 615_000)).toBe(true);
  });

  it("comes back to the stream's own hold-back, and follows that from then on", () => {
    const { Engine, made } = fakeEngine([]);
    const hls = new Engine();
    let now = 0;
    giveBackStallDistance(hls, Engine, () => now);
    const [player] = made;
    const update = (partHoldBack: number) =>
      player?.tell('LEVEL_UPDATED', { details: { live: true, partHoldBack } });
    update(1.65);
    expect(hls.targetLatency).toBe(2);
    player?.tell('ERROR', { details: 'BUFFER_STALLED_ERROR' });
    now = 20_000;
    update(1.65);
    expect(hls.targetLatency).toBe(1.65);
    hls.config.liveSyncDuration = 1.65;
    update(1.8);
    expect(hls.targetLatency).toBe(1.8);
  });
});
