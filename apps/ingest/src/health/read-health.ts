import type { Query } from '#bus';
import type { StreamAdvice, StreamHealth } from '#contracts';
import type { IngestParts } from '../ingest-parts.ts';
import { readSessionOfShow } from '../sessions/publish-sessions.ts';
import type { Publisher } from '../streams/publisher.ts';
import { adviceOf } from './advice-of.ts';
import type { StreamFigures } from './stream-meter.ts';

/** A refusal older than this no longer explains why nothing arrives. */
const REFUSAL_TOLD = '10 minutes';

const NOTHING: Pick<StreamHealth, 'video' | 'audio' | 'framesDropped' | 'jitterMs' | 'advice'> = {
  video: null,
  audio: null,
  framesDropped: 0,
  jitterMs: 0,
  advice: [],
};

/** How the stream of a show arrives at this process, or where it stands when it does not. */
export async function readHealth(
  parts: IngestParts,
  showId: string,
  trouble: StreamAdvice[],
): Promise<StreamHealth> {
  const publisher = parts.publishers.findByShow(showId);
  const session = await readSessionOfShow(parts.query, showId);
  const state = publisher ? 'live' : (session?.state ?? 'none');
  return {
    showId,
    state: state === 'ended' ? 'none' : state,
    streamId: publisher?.session.streamId ?? session?.streamId ?? null,
    publishedAt: session?.publishedAt?.toISOString() ?? null,
    resumeUntil: session?.resumeUntil?.toISOString() ?? null,
    ...(publisher ? arriving(publisher, trouble) : NOTHING),
    lastRefusal: await lastRefusal(parts.query, showId),
  };
}

function arriving(publisher: Publisher, trouble: StreamAdvice[]) {
  const figures = publisher.stream.meter.figures(performance.now());
  return {
    video: videoOf(figures),
    audio: audioOf(figures),
    framesDropped: figures.framesDropped,
    jitterMs: figures.jitterMs,
    advice: adviceOf(publisher.stream, trouble),
  };
}

function videoOf({ video, keyFrameIntervalMs }: StreamFigures): StreamHealth['video'] {
  if (!video) return null;
  const { codecs, width, height, bitrateKbps, bFrames } = video;
  return {
    codecs,
    width,
    height,
    frameRate: Math.round(video.measuredFrameRate * 10) / 10,
    bitrateKbps,
    keyFrameIntervalS: keyFrameIntervalMs === undefined ? null : Math.round(keyFrameIntervalMs / 100) / 10,
    bFrames,
  };
}

function audioOf({ audio }: StreamFigures): StreamHealth['audio'] {
  if (!audio) return null;
  const { codecs, sampleRate, channels, bitrateKbps } = audio;
  return { codecs, sampleRate, channels, bitrateKbps };
}

async function lastRefusal(query: Query, showId: string): Promise<StreamHealth['lastRefusal']> {
  const [row] = await query<{ reason: string; advice: string; refused_at: Date }>(
    `SELECT reason, advice, refused_at FROM refusals
      WHERE show_id = $1 AND refused_at > now() - interval '${REFUSAL_TOLD}'`,
    [showId],
  );
  if (!row) return null;
  const reason = row.reason as NonNullable<StreamHealth['lastRefusal']>['reason'];
  return { at: row.refused_at.toISOString(), reason, advice: row.advice };
}
