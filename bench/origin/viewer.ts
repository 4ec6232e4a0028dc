import { Agent, get } from 'node:http';

/** What one simulated viewer did. */
export interface ViewerTally {
  playlists: number;
  parts: number;
  faults: number;
}

interface Answer {
  status: number;
  body: string;
}

/**
 * Watches one rendition as hls.js does: a blocking playlist, then the part it brought, on connections that stay open. Reads
 * just enough of the playlist to know the next position.
 */
export async function watch(
  playlistUrl: string,
  agent: Agent,
  signal: AbortSignal,
  tally: ViewerTally,
): Promise<void> {
  let position = '';
  let newest = '';
  while (!signal.aborted) {
    const playlist = await fetchText(`${playlistUrl}${position}`, agent, signal);
    if (signal.aborted) return;
    if (playlist?.status !== 200) {
      tally.faults++;
      position = '';
      continue;
    }
    tally.playlists++;
    const name = lastMatch(playlist.body, /EXT-X-PART:[^\n]*URI="([^"]+)"/g);
    if (name === undefined || name === newest) continue;
    newest = name;
    const [, msn = '0', part = '0'] = /-(\d+)\.(\d+)\.m4s$/.exec(name) ?? [];
    position = `?_HLS_msn=${msn}&_HLS_part=${Number(part) + 1}`;
    const media = await fetchText(new URL(name, playlistUrl).href, agent, signal);
    if (media?.status === 200) tally.parts++;
    else if (!signal.aborted) tally.faults++;
  }
}

function fetchText(url: string, agent: Agent, signal: AbortSignal): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    const asking = get(url, { agent, signal }, (response) => {
      let body = '';
      response.setEncoding('latin1');
      response.on('data', (chunk: string) => {
        if (url.includes('.m3u8')) body += chunk;
      });
      response.once('end', () => resolve({ status: response.statusCode ?? 0, body }));
      response.once('error', () => resolve(undefined));
    });
    asking.once('error', () => resolve(undefined));
  });
}

function lastMatch(text: string, pattern: RegExp): string | undefined {
  let last: string | undefined;
  for (const [, found] of text.matchAll(pattern)) last = found;
  return last;
}
