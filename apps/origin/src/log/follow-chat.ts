import { callEndpoint, listLogEndpoint, LOG_ENTRIES_PER_CALL } from '#contracts';
import type { Logger } from '#process';
import { setTimeout as delay } from 'node:timers/promises';
import type { ShowStream } from '../streams/show-stream.ts';
import type { ShowLogs } from './show-logs.ts';

/** How often the log of a show on air is asked for. Playlists are the slow way: live pages have the log from their socket. */
const ASK_EVERY_MS = 5_000;

/** After the end, what checkout and host did in the last moment is asked for once more. */
const LAST_ASK_AFTER_MS = 30_000;

export interface FollowChatParts {
  chatUrl: string;
  internalToken: string;
  logs: ShowLogs;
  logger: Logger;
  signal: AbortSignal;
}

/** Copies a show's log from chat into its playlists, while it is on air and a moment longer. */
export async function followChat(stream: ShowStream, parts: FollowChatParts): Promise<void> {
  const { signal } = parts;
  const pause = (ms: number): Promise<unknown> =>
    delay(ms, undefined, { signal, ref: false }).catch(() => undefined);
  while (!signal.aborted && stream.rows.phase !== 'ended') {
    await askOnce(stream, parts);
    await pause(ASK_EVERY_MS);
  }
  await askOnce(stream, parts);
  await pause(LAST_ASK_AFTER_MS);
  await askOnce(stream, parts);
}

async function askOnce(stream: ShowStream, parts: FollowChatParts): Promise<void> {
  const { chatUrl, internalToken, logs, logger, signal } = parts;
  const { showId } = stream;
  try {
    for (let full = true; full && !signal.aborted;) {
      const after = (await logs.of(stream)).last;
      const answer = await callEndpoint(
        fetch,
        chatUrl,
        listLogEndpoint,
        { params: { showId }, query: { after, limit: LOG_ENTRIES_PER_CALL } },
        { headers: { authorization: `Bearer ${internalToken}` }, signal: AbortSignal.timeout(5_000) },
      );
      if (!answer.ok) {
        logger.debug({ showId, status: answer.status }, 'chat gave no log');
        return;
      }
      const { entries } = answer.body;
      await logs.add(stream, entries);
      full = entries.length === LOG_ENTRIES_PER_CALL;
    }
  } catch (err) {
    if (!signal.aborted) logger.warn({ err, showId }, 'the show log could not be copied');
  }
}
