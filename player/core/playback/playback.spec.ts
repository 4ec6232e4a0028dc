import { describe, expect, it } from '@jest/globals';
import { fakeEngine, fakeVideo } from '../testing/fake-engine.ts';
import { manualTimers } from '../testing/manual-timers.ts';
import { Playback } from './playback.ts';

const URL = '/hls/show/index.m3u8';
const LEVELS = [
  { width: 1280, height: 720, bitrate: 2_500_000 },
  { width: 640, height: 360, bitrate: 800_000 },
];

async function setUp(texts: Record<string, string> = {}) {
  const timers = manualTimers();
  const { Engine, made } = fakeEngine(LEVELS);
  const video = fakeVideo();
  const playback = new Playback({
    workerUrl: '/worker.js',
    loadHls: () => Promise.resolve(Engine),
    serverNow: timers.now,
    timers,
    random: () => 0.5,
    readText: (url) => Promise.resolve(texts[url] ?? null),
    wishes: { read: () => ({ muted: false, volume: 1 }), write: () => undefined },
  });
  playback.attach(video.element);
  await playback.open(URL);
  const last = () => {
    const player = made.at(-1);
    if (!player) throw new Error('no player was made');
    return player;
  };
  const parsed = (audio = true) => last().tell('MANIFEST_PARSED', { audio, audioTracks: [] });
  return { timers, video, playback, made, last, parsed };
}

describe('a player that is rebuilt', () => {
  it('keeps the rung that the viewer chose', async () => {
    const { playback, last, parsed, timers, made } = await setUp();
    parsed();
    playback.setQuality(1);
    expect(last().nextLevel).toBe(1);
    last().tell('ERROR', { fatal: true, type: 'other' });
    await timers.pass(10_000);
    expect(made.length).toBe(2);
    parsed();
    expect(last().loadLevel).toBe(1);
    expect(playback.get().qualities.find(({ id }) => id === 1)?.label).toBe('360p');
  });

  it('goes back to choosing by itself when the viewer wants that', async () => {
    const { playback, last, parsed, timers } = await setUp();
    parsed();
    playback.setQuality(1);
    playback.setQuality(-1);
    last().tell('ERROR', { fatal: true, type: 'other' });
    await timers.pass(10_000);
    parsed();
    expect(last().loadLevel).toBe(-1);
  });
});

describe('a live show that began without sound', () => {
  it('is opened anew once it has sound, without a press', async () => {
    const texts: Record<string, string> = { [URL]: '#EXTM3U' };
    const { made, parsed, timers } = await setUp(texts);
    parsed(false);
    await timers.pass(30_000);
    expect(made.length).toBe(1);
    texts[URL] = '#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="Sound"';
    await timers.pass(10_000);
    expect(made.map(({ url, destroyed }) => [url, destroyed])).toEqual([
      [URL, true],
      [URL, false],
    ]);
  });

  it('is left alone when it had sound, and when it is a recording', async () => {
    const texts = { [URL]: '#EXT-X-MEDIA:TYPE=AUDIO' };
    const live = await setUp(texts);
    live.parsed(true);
    await live.timers.pass(60_000);
    expect(live.made.length).toBe(1);
    const recording = await setUp(texts);
    recording.parsed(false);
    recording.last().tell('LEVEL_UPDATED', { details: { live: false } });
    await recording.timers.pass(60_000);
    expect(recording.made.length).toBe(1);
  });
});

describe('captions', () => {
  it('are offered when a track appears, shown when chosen, and other kinds of track are none', async () => {
    const { playback, video } = await setUp();
    video.addTrack('chapters', 'metadata');
    expect(playback.get().captions).toEqual([]);
    const track = video.addTrack('Deutsch');
    expect(playback.get().captions).toEqual([{ id: 0, label: 'Deutsch' }]);
    playback.setCaption(0);
    expect([track.mode, playback.get().caption]).toEqual(['showing', 0]);
    playback.setCaption(-1);
    expect([track.mode, playback.get().caption]).toEqual(['disabled', -1]);
  });

  it('stay on when the tracks are made anew', async () => {
    const { playback, video } = await setUp();
    video.addTrack('English');
    video.addTrack('Deutsch');
    playback.setCaption(1);
    video.dropTracks();
    expect(playback.get().captions).toEqual([]);
    expect(video.addTrack('English').mode).toBe('disabled');
    expect(video.addTrack('Deutsch').mode).toBe('showing');
    expect(playback.get().caption).toBe(1);
  });
});

describe('the own delay', () => {
  it("is told by the programme's clock, which may run apart from the server's", async () => {
    const { playback, last, timers } = await setUp();
    const behind = async () => {
      await timers.pass(500);
      return playback.get().delayMs;
    };
    last().playingDate = new Date(timers.now() + 500 - 62_000);
    expect(await behind()).toBe(62_000);
    playback.setProgrammeOffset(-60_000);
    last().playingDate = new Date(timers.now() + 500 - 62_000);
    expect(await behind()).toBe(2_000);
  });
});

describe('a stream that the server refuses', () => {
  const refusal = (code: number) => ({ fatal: false, type: 'network', response: { code } });

  it.each([
    [403, 'forbidden'],
    [401, 'forbidden'],
    [410, 'gone'],
  ])('is given up at the first %i, not after every rung was tried', async (code, status) => {
    const { playback, last, parsed } = await setUp();
    parsed();
    last().tell('ERROR', refusal(code));
    expect(last().destroyed).toBe(true);
    expect(playback.get().status).toBe(status);
  });

  it('is left to hls.js while another try may help', async () => {
    const { last, parsed } = await setUp();
    parsed();
    for (const code of [404, 500, 503]) last().tell('ERROR', refusal(code));
    expect(last().destroyed).toBe(false);
  });
});
