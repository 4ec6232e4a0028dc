import { readFlv, type FlvTag } from '#flv';
import { spawn } from 'node:child_process';
import { publisherArgs, type PublisherOptions } from './publisher.ts';

/** The tags that a synthetic publisher would send, made as fast as the machine can. */
export async function makeFlv(
  options: Omit<PublisherOptions, 'url'> & { durationS: number },
): Promise<FlvTag[]> {
  const args = publisherArgs({ ...options, url: 'pipe:1', realTime: false });
  const child = spawn('ffmpeg', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const pieces: Buffer[] = [];
  let log = '';
  child.stdout.on('data', (bytes: Buffer) => pieces.push(bytes));
  child.stderr.on('data', (bytes: Buffer) => (log += bytes.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`ffmpeg ended with ${code}: ${log}`);
  return readFlv(Buffer.concat(pieces));
}
