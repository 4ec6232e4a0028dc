import { useEffect, useState } from 'react';
import type Hls from 'hls.js';
import workerUrl from 'hls.js/dist/hls.worker.js?url';
import { useServices } from '../app/use-services.ts';
import type { LiveShow } from '../core/live/live-show.ts';
import { Playback } from '../core/playback/playback.ts';
import { browserTimers } from '../core/timers.ts';

/** Fetches the player; a fetch that failed is tried again with the next show. */
export async function loadHls(): Promise<typeof Hls> {
  return (await import('hls.js')).default;
}

const WISHES = 'sf_sound';

/** The player of this page. Bind it to an element and an address with `useStream`. `startMuted`: whatever the viewer wished elsewhere. */
export function usePlayback({ startMuted = false }: { startMuted?: boolean } = {}): Playback {
  const { clock } = useServices();
  const [playback] = useState(
    () =>
      new Playback({
        workerUrl,
        loadHls,
        serverNow: clock.now,
        timers: browserTimers,
        readText,
        random: Math.random,
        wishes: startMuted
          ? { read: () => ({ muted: true, volume: 1 }), write: () => undefined }
          : { read: readWishes, write: writeWishes },
      }),
  );
  return playback;
}

/** Lets the player know the programme's clock, as the room tells it. */
export function useProgrammeClock(playback: Playback, live: LiveShow): void {
  useEffect(() => {
    const take = () => playback.setProgrammeOffset(live.state.get().programmeOffset ?? 0);
    take();
    return live.state.subscribe(take);
  }, [playback, live]);
}

/** Plays `url` in the element while both are there; null waits. `startAt` is where a recording begins, in seconds. */
export function useStream(
  playback: Playback,
  video: HTMLVideoElement | null,
  url: string | null,
  startAt?: number,
): void {
  useEffect(() => {
    if (!video) return;
    playback.attach(video);
    if (url) void playback.open(url, startAt);
    const online = () => playback.networkBack();
    window.addEventListener('online', online);
    return () => {
      window.removeEventListener('online', online);
      playback.stop();
    };
  }, [playback, video, url, startAt]);
}

async function readText(url: string): Promise<string | null> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) });
    return answer.ok ? await answer.text() : null;
  } catch {
    return null; // the network is away; whoever asked asks again
  }
}

function readWishes(): { muted: boolean; volume: number } {
  const [muted, volume] = (stored() ?? '0 1').split(' ').map(Number);
  return { muted: muted === 1, volume: Math.min(1, Math.max(0, volume || 1)) };
}

function stored(): string | null {
  try {
    return localStorage.getItem(WISHES);
  } catch {
    return null; // storage is blocked
  }
}

function writeWishes({ muted, volume }: { muted: boolean; volume: number }): void {
  try {
    localStorage.setItem(WISHES, `${muted ? 1 : 0} ${volume}`);
  } catch {
    // storage is blocked: the wish lasts as long as the page
  }
}
