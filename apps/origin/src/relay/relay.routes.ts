import { parseDirectives } from '#hls';
import type { Logger } from '#process';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { gunzipSync } from 'node:zlib';
import { acceptsGzip, sendStatus } from '../delivery/answers.ts';
import { SharedAnswers } from './shared-answers.ts';
import { Upstream } from './upstream.ts';
import type { UpstreamAnswer } from './upstream.ts';

/** Headers that an answer keeps on its way down. */
const PASSED_ON = [
  'content-type',
  'cache-control',
  'access-control-allow-origin',
  'access-control-expose-headers',
  'vary',
  'x-show-state',
] as const;

/** Query members that make a playlist another one; the rest is noise that would split what viewers share. */
const MEANINGFUL = ['_HLS_msn', '_HLS_part', '_HLS_skip', 'from', 'to'] as const;

export interface Relay {
  routes: (fastify: FastifyInstance) => Promise<void>;
  stop(): void;
}

/**
 * A second layer between an origin and many edges: the same addresses, each asked for once above however many ask below.
 * Blocked playlist requests are joined too, which no ordinary HTTP cache does in time.
 */
export function openRelay(upstreamUrl: string, logger: Logger): Relay {
  const upstream = new Upstream(upstreamUrl);
  const answers = new SharedAnswers((path) => upstream.get(path));
  const pass = async (request: FastifyRequest, reply: FastifyReply, path: string): Promise<void> => {
    try {
      sendDown(request, reply, await answers.get(path));
    } catch (err) {
      logger.warn({ err, path }, 'the origin above gave no answer');
      sendStatus(reply, 503);
    }
  };
  return {
    stop: () => upstream.stop(),
    routes: async (fastify) => {
      fastify.get('/hls/*', async (request, reply) => {
        const query = request.query as Record<string, unknown>;
        if (parseDirectives(query).kind === 'invalid') return sendStatus(reply, 400);
        return pass(request, reply, pathOf(request.url) + meaningfulQuery(query));
      });
      fastify.get('/playback/:showId', async (request, reply) => pass(request, reply, request.url));
    },
  };
}

function sendDown(
  request: FastifyRequest,
  reply: FastifyReply,
  { status, headers, body }: UpstreamAnswer,
): void {
  const packed = headers['content-encoding'] === 'gzip';
  const unpack = packed && !acceptsGzip(request);
  const bytes = unpack ? gunzipSync(body) : body;
  const passed: Record<string, string | number> = { 'content-length': bytes.length };
  for (const name of PASSED_ON) {
    const value = headers[name];
    if (typeof value === 'string') passed[name] = value;
  }
  if (packed && !unpack) passed['content-encoding'] = 'gzip';
  reply.hijack();
  if (status === 204) delete passed['content-length'];
  reply.raw.writeHead(status, passed);
  reply.raw.end(status === 204 ? undefined : bytes);
}

function pathOf(url: string): string {
  return url.split('?', 1)[0] ?? url;
}

function meaningfulQuery(query: Readonly<Record<string, unknown>>): string {
  const kept = new URLSearchParams();
  for (const name of MEANINGFUL) {
    const value = query[name];
    if (typeof value === 'string') kept.set(name, value);
  }
  return kept.size > 0 ? `?${kept.toString()}` : '';
}
