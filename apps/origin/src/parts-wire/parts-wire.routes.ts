import {
  GENERATION_HEADER,
  PART_BODY_LIMIT_BYTES,
  PartQuery,
  RenditionDeclaration,
  RenditionName,
  RunName,
  SegmentNumber,
  StreamStateBody,
} from '#contracts';
import { refuse } from '#service';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { ShowDesks } from '../delivery/show-desks.ts';
import { changePhase } from '../streams/change-phase.ts';
import { declareRendition } from '../streams/declare-rendition.ts';
import { endSegment } from '../streams/end-segment.ts';
import { putInit } from '../streams/put-init.ts';
import { putPart } from '../streams/put-part.ts';
import { sealStream } from '../streams/seal-stream.ts';
import type { ShowStream } from '../streams/show-stream.ts';
import type { StreamShelf } from '../streams/stream-shelf.ts';
import { sendDemand } from './send-demand.ts';
import { requireInternal } from './require-internal.ts';

export interface PartsWireParts {
  shelf: StreamShelf;
  desks: ShowDesks;
  internalToken: string;
  /** Refuses shows that were deleted. */
  checkShow: (showId: string) => Promise<void>;
}

const ShowParams = z.object({ showId: z.uuid() });
const RenditionParams = ShowParams.extend({ rendition: RenditionName });
const InitParams = RenditionParams.extend({ run: RunName });
const SegmentParams = RenditionParams.extend({ msn: SegmentNumber });
const PartParams = SegmentParams.extend({ index: z.coerce.number().int().min(0).max(9_999) });
const Generation = z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER);

/** The writers' side: see `partsWire` in the contracts. Plain Fastify: a part is answered within a millisecond or two. */
export function partsWireRoutes(parts: PartsWireParts) {
  return async (fastify: FastifyInstance): Promise<void> => {
    fastify.addHook('onRequest', requireInternal(parts.internalToken));
    // Nothing of a part that found no room is told to viewers, and the same part may be put again.
    fastify.setErrorHandler((error) => {
      throw isFull(error) ? refuse('storage_full') : error;
    });
    for (const type of ['video/mp4', 'audio/mp4', 'application/octet-stream']) {
      fastify.addContentTypeParser(
        type,
        { parseAs: 'buffer', bodyLimit: PART_BODY_LIMIT_BYTES },
        (_request, body, done) => done(null, body),
      );
    }
    const base = '/internal/v1/streams/:showId';
    addStreamRoutes(fastify, base, parts);
    addMediaRoutes(fastify, `${base}/renditions/:rendition`, parts);
  };
}

function addStreamRoutes(fastify: FastifyInstance, base: string, parts: PartsWireParts): void {
  fastify.post(`${base}/seal`, async (request) => {
    const { stream, generation } = await writer(request, parts);
    const result = await sealStream(stream, generation);
    return result.kind === 'sealed' ? result.reply : turnAway(result);
  });
  fastify.post(`${base}/state`, async (request, reply) => {
    const { stream, generation } = await writer(request, parts);
    const { state } = parse(StreamStateBody, request.body);
    const result = await changePhase(stream, generation, state);
    // The same end told twice is no fault.
    if (result.kind === 'stream ended' && state === 'ended') return done(reply);
    return result.kind === 'done' ? done(reply) : turnAway(result);
  });
  fastify.get(`${base}/demand`, async (request, reply) => {
    const { stream } = await writer(request, parts);
    return sendDemand(reply, parts.desks.of(stream));
  });
}

function addMediaRoutes(fastify: FastifyInstance, base: string, parts: PartsWireParts): void {
  fastify.put(base, async (request, reply) => {
    const { rendition } = parse(RenditionParams, request.params);
    const { stream, generation } = await writer(request, parts);
    const declaration = parse(RenditionDeclaration, request.body);
    const result = await declareRendition(stream, generation, rendition, declaration);
    return result.kind === 'done' ? done(reply) : turnAway(result);
  });
  fastify.put(`${base}/init/:run`, async (request, reply) => {
    const { rendition, run } = parse(InitParams, request.params);
    const { stream, generation } = await writer(request, parts);
    const result = await putInit(stream, generation, rendition, run, bodyOf(request));
    return result.kind === 'done' ? done(reply) : turnAway(result);
  });
  fastify.put(`${base}/segments/:msn/parts/:index`, async (request, reply) => {
    const { rendition, msn, index } = parse(PartParams, request.params);
    const query = parse(PartQuery, request.query);
    const { stream, generation } = await writer(request, parts);
    const result = await putPart(stream, generation, {
      rendition,
      msn,
      index,
      query,
      bytes: bodyOf(request),
    });
    return result.kind === 'done' ? done(reply) : turnAway(result);
  });
  fastify.post(`${base}/segments/:msn/end`, async (request, reply) => {
    const { rendition, msn } = parse(SegmentParams, request.params);
    const { stream, generation } = await writer(request, parts);
    const result = await endSegment(stream, generation, rendition, msn);
    return result.kind === 'done' ? done(reply) : turnAway(result);
  });
}

async function writer(
  request: FastifyRequest,
  { shelf, checkShow }: PartsWireParts,
): Promise<{ stream: ShowStream; generation: number }> {
  const { showId } = parse(ShowParams, request.params);
  const generation = parse(Generation, request.headers[GENERATION_HEADER]);
  await checkShow(showId);
  return { stream: await shelf.openOrCreate(showId), generation };
}

function isFull(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT';
}

type Refused =
  | Exclude<Awaited<ReturnType<typeof putPart>>, { kind: 'done' }>
  | Exclude<Awaited<ReturnType<typeof putInit>>, { kind: 'done' }>
  | { kind: 'unknown segment' };

function turnAway(result: Refused): never {
  switch (result.kind) {
    case 'stale generation':
      throw refuse('stale_generation', { extra: { generation: result.generation } });
    case 'stream ended':
      throw refuse('stream_ended');
    case 'refused':
      throw refuse('part_out_of_order', { detail: result.reason, extra: { expected: result.expected } });
    case 'undeclared':
      throw refuse('part_out_of_order', { detail: 'the rendition has not been declared' });
    case 'unknown segment':
      throw refuse('part_out_of_order', { detail: 'there is no such segment' });
    case 'not media':
      throw refuse('invalid_request', { detail: 'reason' in result ? result.reason : 'not a CMAF fragment' });
  }
}

function parse<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const result = schema.safeParse(value);
  if (!result.success) throw refuse('invalid_request', { detail: z.prettifyError(result.error) });
  return result.data;
}

function bodyOf({ body }: FastifyRequest): Buffer {
  if (!Buffer.isBuffer(body) || body.length === 0)
    throw refuse('invalid_request', { detail: 'no media in the body' });
  return body;
}

function done(reply: FastifyReply): FastifyReply {
  return reply.status(204).send();
}
