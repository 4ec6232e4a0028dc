import type { z } from 'zod';
import type { Blame } from '#contracts';

export type Blamed = z.infer<typeof Blame>;

/** Lines of ffmpeg that tell of a machine that lacks something. */
const MACHINE = [
  /No space left on device/i,
  /Cannot allocate memory/i,
  /Out of memory/i,
  /Too many open files/i,
  /Resource temporarily unavailable/i,
  /Input\/output error/i,
  /Read-only file system/i,
  /Disk quota exceeded/i,
];

/** Lines that tell of a stream that cannot be read. */
const PUBLISHER = [
  /Invalid data found when processing input/i,
  /Error while decoding/i,
  /Invalid NAL unit/i,
  /non-existing PPS/i,
  /decode_slice_header error/i,
  /Could not find codec parameters/i,
  /missing picture in access unit/i,
  /Invalid AAC|channel element .* is not allocated|Input buffer exhausted/i,
  /does not contain any stream|Stream map .* matches no streams/i,
  /non[- ]monotonous DTS|Application provided invalid/i,
];

export interface FfmpegEnd {
  code: number | null;
  signal: string | null;
  /** Last lines of standard error. */
  lines: readonly string[];
}

/** Whose fault the end of an ffmpeg process is. */
export function blame({ signal, lines }: FfmpegEnd): Blamed {
  if (lines.some((line) => MACHINE.some((pattern) => pattern.test(line)))) return 'machine';
  // Nobody here sends SIGKILL to a process that works: it was the kernel, short of memory.
  if (signal === 'SIGKILL') return 'machine';
  if (lines.some((line) => PUBLISHER.some((pattern) => pattern.test(line)))) return 'publisher';
  return 'us';
}

/** What an ended process said last, or how it ended. */
export function lastWords({ code, signal, lines }: FfmpegEnd): string {
  return lines.findLast((line) => line.trim() !== '') ?? `exit ${code ?? signal ?? 'unknown'}`;
}
