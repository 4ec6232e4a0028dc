import { createLogger, newId } from '#process';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runningChildren } from '../src/process/supervise.ts';
import { SlateShelf } from '../src/slate/slate-media.ts';
import { StreamSession } from '../src/sessions/stream-session.ts';
import { FakeIngest } from './fake-ingest.ts';
import { beepsIn, flashesIn, makeFlashAndBeep } from './flash-and-beep.ts';
import { OriginRecorder } from './origin-recorder.ts';

/** People notice 40 ms; an encoder's delay that nobody corrected is 21 ms, and must not hide below that. */
const IN_STEP_MS = 15;

const logger = createLogger({ process: 'test', level: 'silent' });

/** A show on air whose publisher's sound has `soundRate` samples a second. */
async function onAir(soundRate: number) {
  const [ingest, origin] = [new FakeIngest(), new OriginRecorder()];
  await Promise.all([ingest.start(), origin.start()]);
  ingest.publish(makeFlashAndBeep(20, soundRate));
  const session = new StreamSession({
    job: {
      ...{ streamId: newId(), showId: newId(), ingestUrl: ingest.url },
      ...{ width: 640, height: 480, frameRate: 30 },
    },
    generation: 1,
    originUrl: origin.url,
    token: 'secret',
    slates: new SlateShelf(logger),
    pinnedRungs: ['v360'],
    logger,
    onTrouble: () => undefined,
  });
  const ended = (rendition: string) => origin.ended.filter((name) => name.startsWith(rendition)).length;
  while (['source', 'v360', 'audio'].some((rendition) => ended(rendition) < 4)) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    origin,
    async stop() {
      await session.stop('stopped');
      await Promise.all([ingest.stop(), origin.stop()]);
    },
  };
}

afterAll(async () => {
  while (runningChildren() > 0) await new Promise((resolve) => setTimeout(resolve, 10));
});

describe.each([
  ['copied', 48_000],
  ['encoded', 44_100],
])('what a player decodes, with %s sound,', (_kind, soundRate) => {
  let show: Awaited<ReturnType<typeof onAir>>;
  beforeAll(async () => {
    show = await onAir(soundRate);
  }, 60_000);
  afterAll(() => show?.stop());

  it.each([
    ['copied', 'source'],
    ['encoded', 'v360'],
  ])('beeps when the %s picture flashes', (_how, rendition) => {
    const flashes = flashesIn(show.origin.file(rendition));
    const beeps = beepsIn(show.origin.file('audio'));
    const offsets = flashes.flatMap((flash) => {
      const nearest = beeps.toSorted((a, b) => Math.abs(a - flash) - Math.abs(b - flash))[0];
      // The first and the last may lie outside of what the other one holds.
      return nearest !== undefined && Math.abs(nearest - flash) < 1_000 ? [nearest - flash] : [];
    });
    expect(offsets.length).toBeGreaterThanOrEqual(2);
    for (const offset of offsets) expect(Math.abs(offset)).toBeLessThanOrEqual(IN_STEP_MS);
  });
});
