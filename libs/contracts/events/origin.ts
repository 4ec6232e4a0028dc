import { z } from 'zod';
import { Id, Moment } from '../values.ts';
import { defineEvent } from './define.ts';

const recording = { context: 'recordings', aggregate: 'show', publisher: 'origin' } as const;

export const recordingReady = defineEvent({
  ...recording,
  name: 'recording_ready',
  consumers: [],
  doc: 'A show that is over is stored whole: replay, poster and storyboard can be watched from now on.',
  data: z.object({ showId: Id, shopId: Id, endedAt: Moment, durationS: z.number(), bytes: z.int() }),
});

export const recordingRemoved = defineEvent({
  ...recording,
  name: 'recording_removed',
  consumers: [],
  doc: "A recording was removed, by a person or because the shop's time was up; the show itself stays.",
  data: z.object({ showId: Id, shopId: Id }),
});
