import type { HlsConfig } from 'hls.js';
import { KEPT_S } from './back-buffer.ts';

/** A little faster than life until the target is reached again; more than a tenth is heard in voices and music. */
export const CATCH_UP_RATE = 1.1;

/** Requests that fail are repeated for about a minute; the recovery of the player takes over after that. */
const RETRIES = { maxNumRetry: 8, retryDelayMs: 500, maxRetryDelayMs: 8_000 };

/**
 * How hls.js plays a show. `liveSyncDuration` stays unset: the distance to the live edge is the stream's own
 * PART-HOLD-BACK, and a value of ours would replace it. Buffers are bounded for phones that watch for hours.
 */
export function hlsSettings(workerUrl: string): Partial<HlsConfig> {
  return {
    lowLatencyMode: true,
    maxLiveSyncPlaybackRate: CATCH_UP_RATE,
    liveDurationInfinity: true,
    backBufferLength: KEPT_S, // of recordings; a live picture's past is trimmed between its parts
    maxBufferLength: 20,
    maxMaxBufferLength: 40,
    maxBufferSize: 40 * 1024 * 1024,
    capLevelToPlayerSize: true,
    // The show log comes by the socket and by HTTP; cues made of it here would cost memory and a data: address.
    enableDateRangeMetadataCues: false,
    enableEmsgMetadataCues: false,
    enableID3MetadataCues: false,
    captionsTextTrack1Label: 'Captions',
    captionsTextTrack1LanguageCode: '', // captions inside the picture do not say their language
    enableWorker: true,
    workerPath: workerUrl, // a blob: worker would need a hole in the content security policy
    manifestLoadPolicy: policy(10_000),
    // A blocking playlist request is held by the server until its part exists: up to 9 s.
    playlistLoadPolicy: policy(12_000),
    fragLoadPolicy: policy(8_000),
  };
}

function policy(firstByteMs: number) {
  return {
    default: {
      maxTimeToFirstByteMs: firstByteMs,
      maxLoadTimeMs: 30_000,
      timeoutRetry: { ...RETRIES, retryDelayMs: 0 },
      errorRetry: RETRIES,
    },
  };
}
