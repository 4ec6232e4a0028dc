import type { Timers } from '../timers.ts';

/** How often a silent stream is asked whether it has sound by now; the edge answers from its cache. */
const ASK_EVERY_MS = 8_000;

interface SoundWatchDeps {
  timers: Timers;
  /** The text at an address; null when it could not be had. */
  readText: (url: string) => Promise<string | null>;
}

/**
 * Watches a live stream that began without sound (a microphone that was plugged in late). A player reads the list of renditions once,
 * so it would stay silent until the page is loaded again. Calls `onSound` once; the returned function ends the watch.
 */
export function watchForSound(
  { timers, readText }: SoundWatchDeps,
  url: string,
  onSound: () => void,
): () => void {
  let over = false;
  let cancel = timers.after(ASK_EVERY_MS, ask);
  async function look(): Promise<void> {
    const text = await readText(url);
    if (over) return;
    if (text && hasSound(text)) return onSound();
    cancel = timers.after(ASK_EVERY_MS, ask);
  }
  function ask(): void {
    void look();
  }
  return () => {
    over = true;
    cancel();
  };
}

/** Whether a multivariant playlist names a sound rendition (RFC 8216bis 4.4.6.1). */
export function hasSound(playlist: string): boolean {
  return playlist.split('\n').some((line) => /^#EXT-X-MEDIA:(?:.*,)?TYPE=AUDIO(?:,|$)/.test(line.trim()));
}
