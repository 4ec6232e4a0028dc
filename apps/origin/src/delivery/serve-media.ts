import type { FastifyReply } from 'fastify';
import { pipeline } from 'node:stream/promises';
import type { ObjectStore } from '#storage';
import { mediaNames } from '../streams/media-names.ts';
import type { MediaName } from '../streams/media-names.ts';
import type { LiveStream } from '../streams/live-stream.ts';
import type { PartRow, SegmentRow } from '../streams/media-rows.ts';
import type { ShowStream } from '../streams/show-stream.ts';
import { mediaHeaders, sendMedia, sendStatus } from './answers.ts';
import { openMediaFile } from './open-media-file.ts';

/** How long a request for the part that comes next may wait for it: two and a half parts of the longest usual kind. */
const NEXT_PART_WAIT_MS = 3_000;

/** `<rendition>/<name>`: a part, segment or init segment, from memory, the spool or the store. */
export async function serveMedia(
  reply: FastifyReply,
  stream: ShowStream,
  store: ObjectStore,
  rendition: string,
  name: MediaName,
): Promise<void> {
  if (name.kind === 'init') {
    if (!stream.rows.renditions.get(rendition)?.inits.has(name.run)) return sendStatus(reply, 404);
    return streamFile(reply, stream, store, rendition, mediaNames.init(name.run));
  }
  if (name.kind === 'segment') return serveSegment(reply, stream, store, rendition, name);
  const found = await findPart(stream, rendition, name, reply);
  if (!found) return sendStatus(reply, 404);
  const { segment, part } = found;
  const bytes = stream.recent.part(rendition, name.msn, name.index);
  if (bytes) return sendMedia(reply, 'video/mp4', [bytes]);
  return streamFile(reply, stream, store, rendition, mediaNames.segment(segment.run, segment.msn), part);
}

async function serveSegment(
  reply: FastifyReply,
  stream: ShowStream,
  store: ObjectStore,
  rendition: string,
  { run, msn }: { run: string; msn: number },
): Promise<void> {
  const segment = stream.rows.segment(rendition, msn);
  if (!segment?.closed || segment.run !== run) return sendStatus(reply, 404);
  const pieces = segment.parts && stream.recent.segment(rendition, msn, segment.parts.length);
  if (pieces) return sendMedia(reply, 'video/mp4', pieces);
  return streamFile(reply, stream, store, rendition, mediaNames.segment(run, msn));
}

/** The part, waiting a little when it is the one that comes next (the preload hint, or a client slightly ahead). */
async function findPart(
  stream: ShowStream,
  rendition: string,
  name: { run: string; msn: number; index: number },
  reply: FastifyReply,
): Promise<{ segment: SegmentRow; part: PartRow } | undefined> {
  const now = partOf(stream.rows, rendition, name);
  if (now || !mayCome(stream.rows, rendition, name)) return now;
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      stopListening();
      resolve(partOf(stream.rows, rendition, name));
    };
    const timer = setTimeout(finish, NEXT_PART_WAIT_MS);
    const stopListening = stream.onChange(({ renditions, phase }) => {
      if (!phase && !renditions.has(rendition)) return;
      if (partOf(stream.rows, rendition, name) || !mayCome(stream.rows, rendition, name)) finish();
    });
    reply.raw.once('close', finish);
  });
}

function partOf(
  rows: LiveStream,
  rendition: string,
  { run, msn, index }: { run: string; msn: number; index: number },
): { segment: SegmentRow; part: PartRow } | undefined {
  const segment = rows.segment(rendition, msn);
  const part = segment?.run === run ? segment.parts?.[index] : undefined;
  return segment && part && { segment, part };
}

function mayCome(
  rows: LiveStream,
  rendition: string,
  { run, msn, index }: { run: string; msn: number; index: number },
): boolean {
  const newest = rows.newest(rendition);
  if (!newest || newest.run !== run || rows.phase === 'ended') return false;
  if (msn === newest.msn) return !newest.closed && index === (newest.parts?.length ?? 0);
  return msn === newest.msn + 1 && index === 0;
}

async function streamFile(
  reply: FastifyReply,
  stream: ShowStream,
  store: ObjectStore,
  rendition: string,
  name: string,
  range?: PartRow,
): Promise<void> {
  const source = await openMediaFile(stream, store, rendition, name, range);
  if (!source) return sendStatus(reply, 404);
  reply.hijack();
  reply.raw.writeHead(200, { ...mediaHeaders('video/mp4'), 'content-length': source.length });
  // A viewer who leaves in the middle is no fault.
  await pipeline(source.stream, reply.raw).catch(() => undefined);
}
