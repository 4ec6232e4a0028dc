import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** What the edge's log says about how much of the load reached the origin. */
export interface EdgeFigures {
  /** Requests that went to the origin, by part. */
  originRequestsByPart: Map<string, number>;
  /** Playlists that the origin answered. */
  originPlaylists: number;
  requests: number;
}

interface EdgeLine {
  uri: string;
  upstream: string;
  cache: string;
  /** What the second cache said, where the first had to ask. */
  parts: string;
}

/** Reads the JSON lines of the edge's access log from byte `start` on. */
export async function readEdgeLog(path: string, start: number): Promise<EdgeFigures> {
  const figures: EdgeFigures = { originRequestsByPart: new Map(), originPlaylists: 0, requests: 0 };
  for await (const line of createInterface({ input: createReadStream(path, { start }) })) {
    const { uri, upstream, cache, parts } = JSON.parse(line) as EdgeLine;
    figures.requests++;
    const asked = upstream !== '' && cache !== 'HIT' && parts !== 'HIT';
    const [, part] = /\/([^/?]+\.\d+\.m4s)$/.exec(uri) ?? [];
    if (part !== undefined) {
      figures.originRequestsByPart.set(part, (figures.originRequestsByPart.get(part) ?? 0) + (asked ? 1 : 0));
    } else if (uri.includes('.m3u8') && asked) figures.originPlaylists++;
  }
  return figures;
}
