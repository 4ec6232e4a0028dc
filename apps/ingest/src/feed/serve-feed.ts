import { queryOf } from '#bus';
import { FEED_ANCHOR_HEADER, FEED_CONNECTION_HEADER, FEED_WAIT_MS, feedPath } from '#contracts';
import { refuse } from '#service';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hash, timingSafeEqual } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { IngestParts } from '../ingest-parts.ts';
import { readSession } from '../sessions/publish-sessions.ts';
import type { FeedReader } from '../streams/live-stream.ts';
import type { Publisher } from '../streams/publisher.ts';

/** Serves streams as FLV to transcoders; `libs/contracts/media/feed.ts` describes the answers. */
export function serveFeed(fastify: FastifyInstance, parts: IngestParts, internalToken: string): void {
  const expected = hash('sha256', `Bearer ${internalToken}`, 'buffer');
  fastify.get<{ Params: { streamId: string } }>(
    decodeURIComponent(feedPath(':streamId')),
    async (request, reply) => {
      const given = hash('sha256', request.headers.authorization ?? '', 'buffer');
      if (!timingSafeEqual(given, expected)) throw refuse('unauthenticated');
      return answer(parts, request, reply, request.params.streamId);
    },
  );
}

async function answer(parts: IngestParts, request: FastifyRequest, reply: FastifyReply, streamId: string) {
  const gone = new AbortController();
  request.raw.once('close', () => gone.abort());
  for (const deadline = performance.now() + FEED_WAIT_MS; ;) {
    const publisher = parts.publishers.find(streamId);
    if (publisher?.stream.isJoinable && stream(publisher, request, reply)) return reply;
    const elsewhere = publisher ? undefined : await whereElse(parts, streamId);
    if (elsewhere === 'over') throw refuse('stream_over');
    if (elsewhere) return reply.redirect(`${elsewhere}${feedPath(streamId)}`, 307);
    const left = deadline - performance.now();
    if (left <= 0 || gone.signal.aborted || parts.isDraining()) return reply.status(204).send();
    await parts.publishers.whenJoinable(streamId, Math.min(left, 500));
  }
}

/** Another process that has the publisher, or that the stream is over; undefined while it is waited for. */
async function whereElse({ pool, nodeUrl }: IngestParts, streamId: string): Promise<string | undefined> {
  if (!UUID.test(streamId)) return 'over';
  const session = await readSession(queryOf(pool), streamId).catch(() => 'unknown' as const);
  if (session === 'unknown') return undefined;
  if (!session || session.state === 'ended') return 'over';
  return session.state === 'live' && session.nodeUrl !== nodeUrl ? session.nodeUrl : undefined;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function stream(publisher: Publisher, request: FastifyRequest, reply: FastifyReply): boolean {
  const anchor = publisher.stream.clock.reanchor();
  if (!anchor) return false;
  const raw = reply.raw;
  const reader = readerOf(raw);
  reply.hijack();
  raw.writeHead(200, {
    'content-type': 'video/x-flv',
    'cache-control': 'no-store',
    [FEED_ANCHOR_HEADER]: `${anchor.pts};${Math.round(anchor.mediaTime)}`,
    [FEED_CONNECTION_HEADER]: publisher.session.connectionId,
  });
  raw.on('error', () => undefined);
  request.raw.once('close', () => publisher.stream.detach(reader));
  if (!publisher.stream.attach(reader)) reader.end();
  publisher.reportClock();
  return true;
}

function readerOf(raw: ServerResponse): FeedReader {
  return {
    get unreadBytes() {
      return raw.writableLength;
    },
    write: (bytes) => void raw.write(bytes),
    end: () => void raw.end(),
    cut: () => void raw.destroy(),
  };
}
