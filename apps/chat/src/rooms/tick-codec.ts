import type { TickMarks } from './room-ports.ts';

/** Header of every tick in the stream: what gateways and owners need to know without reading the JSON. */
export const TICK_HEADER = 'Show-Tick';

export interface TickHead extends TickMarks {
  generation: number;
  critical: boolean;
}

export function encodeHead({ n, epoch, log, line, generation, critical }: TickHead): string {
  return `${n} ${epoch} ${log} ${line} ${generation} ${critical ? 1 : 0}`;
}

/** Undefined for anything that `encodeHead` did not write. */
export function decodeHead(text: string | undefined): TickHead | undefined {
  const parts = text?.split(' ');
  if (parts?.length !== 6) return undefined;
  const [n, epoch, log, line, generation, critical] = parts;
  const numbers = [n, log, line, generation].map(Number);
  if (!epoch || !numbers.every((number) => Number.isSafeInteger(number))) return undefined;
  return {
    n: numbers[0] ?? 0,
    epoch,
    log: numbers[1] ?? 0,
    line: numbers[2] ?? 0,
    generation: numbers[3] ?? 0,
    critical: critical === '1',
  };
}
