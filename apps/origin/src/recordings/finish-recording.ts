import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '#process';
import type { ObjectStore } from '#storage';
import { storeKeys } from '../streams/media-names.ts';
import { toRecording } from '../streams/recording.ts';
import type { ShowStream } from '../streams/show-stream.ts';
import type { StoreKeeper } from '../streams/store-keeper.ts';
import type { StreamShelf } from '../streams/stream-shelf.ts';

/** Wait between tries while the store is away; the replay plays from the spool meanwhile. */
const RETRY_MS = 5_000;

export interface FinishRecordingParts {
  shelf: StreamShelf;
  keeper: StoreKeeper;
  store: ObjectStore;
  logger: Logger;
  /** Ends waiting when the process stops: the next run takes the stream up again. */
  signal: AbortSignal;
  /** Whatever else a recording has (pictures, log entries): run before the spool goes. */
  complete: (stream: ShowStream) => Promise<void>;
}

/**
 * Makes a recording of a stream that has ended: all its segments and one list of them in the store, nothing on the local
 * disk. May be interrupted at any point and begun again.
 */
export async function finishRecording(stream: ShowStream, parts: FinishRecordingParts): Promise<void> {
  const { shelf, keeper, store, logger, signal, complete } = parts;
  const { showId } = stream;
  await keeper.whenKept(showId);
  while (!signal.aborted) {
    try {
      const recording = Buffer.from(JSON.stringify(toRecording(stream.rows)));
      await store.put(storeKeys.recording(showId), recording, 'application/json');
      await complete(stream);
      await shelf.retire(stream);
      logger.info({ showId, segments: stream.rows.highestMsn + 1 }, 'recording is complete');
      return;
    } catch (err) {
      logger.warn({ err, showId }, 'the recording could not be completed; trying again');
      await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}
