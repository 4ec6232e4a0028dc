import type { Page } from 'playwright-core';
import { delaysOf, MEASURE_IN_PAGE, type Measured } from '#testing';
import { until } from './people.ts';

/** Pictures further apart than this are a stall that people notice. */
const STALL_MS = 700;
/** A single picture that cannot be read is no slate. */
const SLATE_PICTURES = 5;
/** Good again: fresh pictures of the publisher, one after the other, for this long. */
const GOOD_FOR_MS = 3_000;
/** From the publisher's drawing to the screen. */
const FRESH_WITHIN_MS = 8_000;
const RECOVERED_WITHIN_MS = 60_000;
/** As near to the show as a page that nothing has disturbed. */
const NEAR_MS = 2_500;
const NEAR_WITHIN_MS = 90_000;
const ASK_EVERY_MS = 400;

/** What a viewer saw from a moment on until the picture was good again. */
export interface Seen {
  /** Seconds until pictures of the publisher came again without a stall. */
  recoveredS: number;
  /** Seconds without any new picture, all stalls together, and the longest of them. */
  stalledS: number;
  longestStallS: number;
  /** Whether the slate was shown, and after how many seconds. */
  slateAfterS: number | undefined;
  /** Segment numbers only grew, and nobody said that the show had ended. */
  sequenceKept: boolean;
  /** Delay behind the publisher afterwards. */
  delayS: number;
}

/** Counts the pictures on the page from now on. */
export async function beginToWatch(page: Page): Promise<void> {
  await page.evaluate(MEASURE_IN_PAGE);
}

/** Does something to the show and tells what its viewer saw. Nobody touches the page. */
export async function seenThrough(
  page: Page,
  playlistUrl: string,
  trouble: () => Promise<unknown> | unknown,
): Promise<Seen> {
  const sequence = followSequence(playlistUrl);
  const from = Date.now();
  await trouble();
  const troubledUntil = Date.now();
  const measured = await until(
    'the picture is good again',
    async () => {
      const now = await measuredOn(page);
      return isGood(now, troubledUntil) ? now : undefined;
    },
    RECOVERED_WITHIN_MS,
  );
  const sequenceKept = await sequence.stop();
  const shown = [...measured.frames.map(({ shownAt }) => shownAt), ...measured.others]
    .filter((at) => at > from - STALL_MS)
    .toSorted((a, b) => a - b);
  const stalls = shown
    .slice(1)
    .map((at, index) => at - (shown[index] ?? at))
    .filter((gap) => gap > STALL_MS);
  const slate = measured.others.filter((at) => at > from);
  const slateAt = slate.length < SLATE_PICTURES ? undefined : slate[0];
  return {
    recoveredS: seconds(Math.max(0, goodSince(measured) - from)),
    stalledS: seconds(stalls.reduce((sum, gap) => sum + gap, 0)),
    longestStallS: seconds(Math.max(0, ...stalls)),
    slateAfterS: slateAt === undefined ? undefined : seconds(slateAt - from),
    sequenceKept,
    delayS: seconds(delaysOf(measured.frames).at(-1) ?? 0),
  };
}

/** Waits until the picture is as near to the show as before; gives the seconds that took. Nobody touches the page. */
export async function untilNear(page: Page): Promise<number> {
  const from = Date.now();
  await until(
    'the picture is near the show again',
    async () => (delaysOf((await measuredOn(page)).frames.slice(-1))[0] ?? Infinity) < NEAR_MS,
    NEAR_WITHIN_MS,
  );
  return seconds(Date.now() - from);
}

async function measuredOn(page: Page): Promise<Measured> {
  return (await page.evaluate('window.__latency')) as Measured;
}

/** Whether pictures that the publisher drew after the trouble come one after the other: what was buffered proves nothing. */
function isGood(measured: Measured, since: number): boolean {
  const last = measured.frames.at(-1);
  if (!last || Date.now() - last.shownAt > STALL_MS) return false;
  const delay = delaysOf([last])[0] ?? Infinity;
  if (delay > FRESH_WITHIN_MS) return false;
  return last.shownAt - delay > since + GOOD_FOR_MS && last.shownAt - goodSince(measured) > GOOD_FOR_MS;
}

/** When the last run of the publisher's pictures without a stall or another picture began. */
function goodSince({ frames, others }: Measured): number {
  let begin = frames.at(-1)?.shownAt ?? 0;
  const lastOther = others.at(-1) ?? 0;
  for (const { shownAt } of frames.toReversed()) {
    if (begin - shownAt > STALL_MS || shownAt < lastOther) break;
    begin = shownAt;
  }
  return begin;
}

/** Asks for a playlist over and over; a part that cannot be reached meanwhile is no matter, a number that goes back is. */
function followSequence(playlistUrl: string): { stop(): Promise<boolean> } {
  let kept = true;
  let newest = -1;
  let stopped = false;
  const following = (async () => {
    while (!stopped) {
      const answer = await fetch(playlistUrl, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined);
      const text = answer?.status === 200 ? await answer.text().catch(() => '') : '';
      const numbers = [...text.matchAll(/-(\d+)\.m4s/g)].map(([, number]) => Number(number));
      const last = numbers.at(-1) ?? newest;
      if (text.includes('#EXT-X-ENDLIST') || last < newest) kept = false;
      newest = last;
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    }
  })();
  return {
    async stop() {
      stopped = true;
      await following;
      return kept;
    },
  };
}

function seconds(ms: number): number {
  return Math.round(ms / 100) / 10;
}
