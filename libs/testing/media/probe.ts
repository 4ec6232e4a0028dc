import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** One stream of a file as ffprobe sees it. */
export interface ProbedStream {
  codec: string;
  width?: number;
  height?: number;
  /** Seconds. */
  start: number;
  duration: number;
  packets: number;
}

/** Streams of media given as bytes or as an address. Throws with what ffprobe said. */
export async function probe(media: Uint8Array | string): Promise<ProbedStream[]> {
  if (typeof media === 'string') return runProbe(media);
  const folder = await mkdtemp(join(tmpdir(), 'probe-'));
  try {
    const path = join(folder, 'media');
    await writeFile(path, media);
    return await runProbe(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function runProbe(source: string): Promise<ProbedStream[]> {
  const args = ['-v', 'error', '-count_packets', '-show_streams', '-of', 'json', source];
  const child = spawn('ffprobe', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, said, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  if (code !== 0) throw new Error(`ffprobe: ${said}`);
  const { streams } = JSON.parse(out) as { streams: Record<string, string | number>[] };
  return streams.map((stream) => ({
    codec: String(stream.codec_name),
    ...(stream.width === undefined ? {} : { width: Number(stream.width), height: Number(stream.height) }),
    start: Number(stream.start_time ?? 0),
    duration: Number(stream.duration ?? 0),
    packets: Number(stream.nb_read_packets ?? 0),
  }));
}
