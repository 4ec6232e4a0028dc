import type { Query } from '#bus';
import type { EventOf, streamEnded, streamInterrupted, streamPublished, streamResumed } from '#contracts';
import type { EntityManager } from 'typeorm';
import { Show } from '../database/entities/show.entity.ts';
import { followStream, type StreamNews } from './follow-stream.ts';
import { lockShow, moveShow } from './move-show.ts';

export type StreamEvent =
  | EventOf<typeof streamPublished>
  | EventOf<typeof streamInterrupted>
  | EventOf<typeof streamResumed>
  | EventOf<typeof streamEnded>;

/** Lets the show of a stream do what the stream does, in the consumer's transaction. */
export async function hearStream(tx: EntityManager, query: Query, event: StreamEvent): Promise<void> {
  const show = await lockShow(tx, event.data.showId);
  if (!show) return;
  const news = newsOf(event);
  const moves = followStream(show, news);
  if (!moves) return;
  show.streamId = news.streamId;
  show.streamVersion = news.version;
  show.streamState = news.now;
  for (const move of moves) await moveShow(tx, query, show, move, new Date(event.at), event.id);
  if (moves.length === 0) await rememberStream(tx, show);
}

/** Only what ingest said changed: nothing that others are told of. */
async function rememberStream(tx: EntityManager, show: Show): Promise<void> {
  const { showId, streamId, streamVersion, streamState } = show;
  await tx.update(Show, { showId }, { streamId, streamVersion, streamState });
}

function newsOf({ type, version, data }: StreamEvent): StreamNews {
  const { streamId } = data;
  const over = type === 'media.stream_ended';
  const now = over ? 'over' : type === 'media.stream_interrupted' ? 'interrupted' : 'on';
  const endsShow = over && 'reason' in data && data.reason !== 'key_revoked';
  return { streamId, version, now, endsShow };
}
