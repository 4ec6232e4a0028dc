import type { Page } from 'playwright-core';
import { delaysOf, MEASURE_IN_PAGE, type Measured } from '#testing';

/** A change of the page's stage, with the moment at which it could be seen. */
export interface Seen {
  /** What stands on the stage, as text; empty when nothing does. */
  text: string;
  at: number;
}

/**
 * Runs in the page, as text because it is compiled for nobody: notes what stands on the stage (the pinned product) whenever
 * that changes. `at` is the next frame that the browser draws, since nobody sees a change before.
 */
const WATCH_STAGE = `(() => {
  const seen = (window.__stage = []);
  let last = '';
  const look = () => {
    const place = document.querySelector('[aria-label="On stage"]');
    const text = place ? place.textContent + ' ' + [...place.querySelectorAll('button')].map((b) => b.getAttribute('aria-label')).join(' ') : '';
    if (text.trim() === last) return;
    last = text.trim();
    const entry = { text: last, at: 0 };
    seen.push(entry);
    requestAnimationFrame(() => { entry.at = performance.timeOrigin + performance.now(); });
  };
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
  look();
})()`;

/** Begins to note what the picture and the stage of a show page show. */
export async function watchStage(page: Page): Promise<void> {
  await page.evaluate(MEASURE_IN_PAGE);
  await page.evaluate(WATCH_STAGE);
}

/** Everything that stood on the stage so far. */
export function stageOf(page: Page): Promise<Seen[]> {
  return page.evaluate<Seen[]>('window.__stage');
}

/** What the page showed, for comparing the stage with the picture. */
export async function pictureClock(page: Page): Promise<PictureClock> {
  const measured = await page.evaluate<Measured>('window.__latency');
  return new PictureClock(measured);
}

/** Tells how far the picture was at a moment: the publisher drew its wall clock into every frame. */
export class PictureClock {
  readonly #frames: Measured['frames'];
  readonly #delays: number[];

  constructor({ frames }: Measured) {
    this.#frames = frames;
    this.#delays = delaysOf(frames);
  }

  /** Milliseconds by which the picture on screen at `at` came after the moment `happened` before the camera; negative: it had not come yet. */
  aheadOf(happened: number, at: number): number {
    const index = this.#frames.findLastIndex((frame) => frame.shownAt <= at);
    const drawnAt = (this.#frames[index]?.shownAt ?? Number.NaN) - (this.#delays[index] ?? Number.NaN);
    return Math.round(drawnAt - happened);
  }

  /** From camera to screen, the middle of all frames. */
  get delayMs(): number {
    const sorted = this.#delays.toSorted((a, b) => a - b);
    return Math.round(sorted[Math.floor(sorted.length / 2)] ?? Number.NaN);
  }
}
