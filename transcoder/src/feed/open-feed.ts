import { FEED_ANCHOR_HEADER, FEED_CONNECTION_HEADER, feedPath } from '#contracts';
import { FlvReader, type FlvTag } from '#flv';
import { request, type IncomingMessage } from 'node:http';

/** Longer than ingest lets anybody wait for a publisher. */
const ANSWER_TIMEOUT_MS = 15_000;
const MAX_REDIRECTS = 3;

/** Programme time of a presentation time: `mediaTime + p - pts`, milliseconds. */
export interface FeedAnchor {
  pts: number;
  mediaTime: number;
}

/** One connection of the publisher, being read. */
export interface Feed {
  readonly anchor: FeedAnchor;
  /** Another value means that the publisher connected anew. */
  readonly connection: string;
  close(): void;
}

export interface FeedOptions {
  ingestUrl: string;
  streamId: string;
  token: string;
  signal: AbortSignal;
  handleTag: (tag: FlvTag) => void;
  /** Called once: the publisher left, or the connection to ingest broke. */
  handleEnd: () => void;
}

/** What ingest answered; `nobody` means ask again, `over` that there will be nothing more. */
export type FeedAnswer = { kind: 'feed'; feed: Feed } | { kind: 'nobody' | 'over' | 'unreachable' };

/** Asks ingest for a stream; resolves when the first byte is there or it is clear that none comes. */
export async function openFeed(options: FeedOptions): Promise<FeedAnswer> {
  let url = new URL(feedPath(options.streamId), options.ingestUrl);
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const response = await ask(url, options).catch(() => undefined);
    if (!response) return { kind: 'unreachable' };
    const { statusCode = 0, headers } = response;
    if (statusCode === 200) return { kind: 'feed', feed: readFeed(response, options) };
    response.resume();
    if (statusCode === 410) return { kind: 'over' };
    if (statusCode === 204) return { kind: 'nobody' };
    if (statusCode !== 307 || !headers.location) return { kind: 'unreachable' };
    url = new URL(headers.location, url);
  }
  return { kind: 'unreachable' };
}

function ask(url: URL, { token, signal }: FeedOptions): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}` };
    const asked = request(url, { headers, signal, agent: false }, (response) => {
      asked.setTimeout(0);
      resolve(response);
    });
    asked.setTimeout(ANSWER_TIMEOUT_MS, () => asked.destroy(new Error('ingest does not answer')));
    asked.on('error', reject);
    asked.end();
  });
}

function readFeed(response: IncomingMessage, { handleTag, handleEnd }: FeedOptions): Feed {
  const reader = new FlvReader();
  let ended = false;
  const end = (): void => {
    if (ended) return;
    ended = true;
    response.destroy();
    handleEnd();
  };
  response.on('data', (bytes: Buffer) => {
    if (ended) return;
    try {
      for (const tag of reader.push(bytes)) {
        if (ended) return;
        handleTag(tag);
      }
    } catch {
      end();
    }
  });
  response.on('error', end);
  response.on('close', end);
  const [pts = 0, mediaTime = Date.now()] = String(response.headers[FEED_ANCHOR_HEADER] ?? '')
    .split(';')
    .map(Number);
  return {
    anchor: { pts, mediaTime },
    connection: String(response.headers[FEED_CONNECTION_HEADER] ?? ''),
    close() {
      ended = true;
      response.destroy();
    },
  };
}
