import { describe, expect, it } from '@jest/globals';
import { fakeEngine } from '../testing/fake-engine.ts';
import { mayTrim, trimBetweenParts } from './back-buffer.ts';

describe('the past of a live picture', () => {
  it('is let go between two parts, and at the latest after a minute', () => {
    const at = (behindS: number, toEdgeS = 0, idle = true) => mayTrim({ behindS, toEdgeS, idle });
    expect([at(35), at(41), at(41, 0.5), at(41, 0, false), at(89, 2, false), at(91, 2, false)]).toEqual([
      ...[false, true, false, false],
      ...[false, true],
    ]);
  });

  function playing() {
    const { Engine, made } = fakeEngine([]);
    const hls = new Engine();
    trimBetweenParts(hls, Engine);
    const [player] = made;
    if (!player) throw new Error('no player was made');
    const ranges = { length: 1, start: () => 0, end: () => 50 };
    Object.assign(player, { media: { currentTime: 48, buffered: ranges } });
    Object.assign(player, { latestLevelDetails: { live: true, edge: 50 } });
    return { hls, player, flushed: player.triggered };
  }

  it('waits for what is being read of the other track', () => {
    const { player, flushed } = playing();
    player.tell('FRAG_LOADING', { frag: { type: 'main' } });
    player.tell('FRAG_LOADING', { frag: { type: 'audio' } });
    player.tell('FRAG_BUFFERED', { frag: { type: 'main' } });
    expect(flushed).toEqual([]);
    player.tell('FRAG_BUFFERED', { frag: { type: 'audio' } });
    expect(flushed).toEqual([['BUFFER_FLUSHING', { startOffset: 0, endOffset: 18, type: null }]]);
  });

  it('is not waited for when a load has failed', () => {
    const { player, flushed } = playing();
    player.tell('FRAG_LOADING', { frag: { type: 'audio' } });
    player.tell('ERROR', { details: 'FRAG_LOAD_ERROR', frag: { type: 'audio' } });
    player.tell('FRAG_BUFFERED', { frag: { type: 'main' } });
    expect(flushed).toHaveLength(1);
  });

  it('is the engine’s own matter in a recording', () => {
    const { hls, player } = playing();
    player.tell('LEVEL_UPDATED', { details: { live: true } });
    expect(hls.config.backBufferLength).toBe(Infinity);
    player.tell('LEVEL_UPDATED', { details: { live: false } });
    expect(hls.config.backBufferLength).toBe(30);
  });
});
