import { describe, expect, it } from '@jest/globals';
import { manualTimers } from '../testing/manual-timers.ts';
import { hasSound, watchForSound } from './sound-watch.ts';

const SILENT = '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1,CODECS="avc1.4d401f"\nsource/live.m3u8\n';
const WITH_SOUND = `#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="Sound"\n${SILENT}`;

describe('the watch for late sound', () => {
  it('asks until there is sound, says so once, and survives a network that is away', async () => {
    const timers = manualTimers();
    const answers = [SILENT, null, WITH_SOUND, WITH_SOUND];
    const asked: string[] = [];
    let heard = 0;
    const readText = async (url: string) => {
      asked.push(url);
      return answers[asked.length - 1] ?? null;
    };
    watchForSound({ timers, readText }, '/hls/show/index.m3u8', () => void (heard += 1));
    await timers.pass(16_000);
    expect([asked.length, heard]).toEqual([2, 0]);
    await timers.pass(60_000);
    expect([asked.length, heard]).toEqual([3, 1]);
    expect(timers.waiting()).toBe(0);
  });

  it('says nothing after its end, also when an answer was under way', async () => {
    const timers = manualTimers();
    let answer: (text: string) => void = () => undefined;
    let heard = 0;
    const readText = () => new Promise<string>((resolve) => (answer = resolve));
    const end = watchForSound({ timers, readText }, '/x', () => void (heard += 1));
    await timers.pass(8_000);
    end();
    answer(WITH_SOUND);
    await timers.pass(60_000);
    expect([heard, timers.waiting()]).toEqual([0, 0]);
  });

  it('knows a sound rendition from other media', () => {
    expect(hasSound('#EXT-X-MEDIA:GROUP-ID="a",TYPE=AUDIO')).toBe(true);
    expect(hasSound('#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="a"')).toBe(false);
    expect(hasSound(SILENT)).toBe(false);
  });
});
