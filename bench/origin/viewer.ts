import { setTimeout as delay } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { RawHttp } from './raw-http.ts';

/** What the simulated viewers of one process did. */
export interface ViewerTally {
  playlists: number;
  parts: number;
  faults: number;
  /** Milliseconds between a viewer's playlist that names a part and that part's last byte. */
  partMs: number[];
}

/** What a playlist says of its end: the newest part, and where the next will be. */
interface PlaylistEnd {
  newest: string;
  position: string;
}

/** After a fault, as players wait before they try again. */
const AFTER_FAULT_MS = 500;
/** Answers remembered by their question: viewers of one position get the same bytes, and reading them once is enough. */
const REMEMBERED_ENDS = 64;

/** Reads playlists for all viewers of the process. */
export class PlaylistReader {
  private readonly ends = new Map<string, PlaylistEnd | undefined>();

  end(question: string, length: number, body: Buffer): PlaylistEnd | undefined {
    const key = `${question} ${length}`;
    if (this.ends.has(key)) return this.ends.get(key);
    const text = (body[0] === 0x1f ? gunzipSync(body) : body).toString('latin1');
    const end = endOf(text);
    this.ends.set(key, end);
    const oldest = this.ends.keys().next();
    if (this.ends.size > REMEMBERED_ENDS && !oldest.done) this.ends.delete(oldest.value);
    return end;
  }
}

/** Watches one rendition as hls.js does: a blocking delta playlist, then the part it brought, on a connection that stays open. */
export async function watch(
  playlistUrl: URL,
  reader: PlaylistReader,
  signal: AbortSignal,
  tally: ViewerTally,
): Promise<void> {
  let http = new RawHttp(playlistUrl);
  let position = '';
  let newest = '';
  while (!signal.aborted) {
    try {
      const question = playlistUrl.pathname + position;
      const playlist = await http.get(question, true);
      if (playlist.status !== 200 || !playlist.body) throw new Error(`${question}: ${playlist.status}`);
      tally.playlists++;
      const end = reader.end(question, playlist.length, playlist.body);
      if (!end || end.newest === newest) continue;
      ({ newest, position } = end);
      const askedAt = performance.now();
      const part = await http.get(new URL(newest, playlistUrl).pathname, false);
      if (part.status !== 200) throw new Error(`${newest}: ${part.status}`);
      tally.parts++;
      tally.partMs.push(performance.now() - askedAt);
    } catch {
      if (signal.aborted) break;
      tally.faults++;
      http.close();
      await delay(AFTER_FAULT_MS);
      http = new RawHttp(playlistUrl);
      position = '';
    }
  }
  http.close();
}

function endOf(text: string): PlaylistEnd | undefined {
  const at = text.lastIndexOf('#EXT-X-PART:');
  const [, newest = ''] = /URI="([^"]+)"/.exec(text.slice(at < 0 ? text.length : at)) ?? [];
  const [, msn, part] = /-(\d+)\.(\d+)\.m4s$/.exec(newest) ?? [];
  if (msn === undefined) return undefined;
  return { newest, position: `?_HLS_msn=${msn}&_HLS_part=${Number(part) + 1}&_HLS_skip=YES` };
}
