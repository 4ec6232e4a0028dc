import { describe, expect, it } from '@jest/globals';
import type { ReplayLine } from '#contracts';
import { ReplayLines, type AskLines } from './replay-lines.ts';

const T = 1_800_000_000_000;
const said = (second: number): ReplayLine => ({
  line: { id: `l${second}`, at: T + second * 1_000 } as ReplayLine['line'],
  mediaTime: T + second * 1_000,
});
const all = Array.from({ length: 100 }, (_, n) => said(n * 10));
const settle = async () => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};

function server(pageSize = 5) {
  const asked: [number, number][] = [];
  const ask: AskLines = async (from, to, cursor) => {
    if (!cursor) asked.push([(from - T) / 1_000, (to - T) / 1_000]);
    const lines = all.filter(({ line }) => line.at >= from && line.at < to);
    const start = Number(cursor ?? 0);
    const end = start + pageSize;
    return { items: lines.slice(start, end), nextCursor: end < lines.length ? String(end) : null };
  };
  return { ask, asked };
}

describe('chat of a recording', () => {
  const at = async (lines: ReplayLines, second: number) => {
    lines.at(T + second * 1_000);
    await settle();
    lines.at(T + second * 1_000);
    return lines.get().map(({ id }) => id);
  };

  it('shows what had been said when the picture was there, and nothing of later', async () => {
    const { ask } = server();
    const lines = new ReplayLines(ask);
    expect(await at(lines, 65)).toEqual(['l10', 'l20', 'l30', 'l40', 'l50', 'l60']);
    expect(await at(lines, 70)).toContain('l70');
  });

  it('fetches ahead in windows, each once', async () => {
    const { ask, asked } = server();
    const lines = new ReplayLines(ask);
    for (let second = 60; second <= 200; second += 1) await at(lines, second);
    expect(asked).toEqual([
      [0, 120],
      [120, 240],
    ]);
  });

  it('starts afresh where the viewer jumps to, in both directions', async () => {
    const { ask, asked } = server();
    const lines = new ReplayLines(ask);
    await at(lines, 60);
    expect(await at(lines, 600)).toEqual(['l540', 'l550', 'l560', 'l570', 'l580', 'l590', 'l600']);
    expect((await at(lines, 100)).at(-1)).toBe('l100');
    expect(asked).toEqual([
      [0, 120],
      [540, 660],
      [40, 160],
    ]);
  });

  it('tries again when the server was away, not at every look', async () => {
    const { ask } = server();
    let away = true;
    let tries = 0;
    const lines = new ReplayLines(async (...args) => {
      tries += 1;
      return away ? null : ask(...args);
    });
    for (let look = 0; look < 6; look += 1) await at(lines, 60);
    expect(tries).toBeLessThan(4);
    away = false;
    let seen: string[] = [];
    for (let look = 0; look < 40 && seen.length === 0; look += 1) seen = await at(lines, 60);
    expect(seen.at(-1)).toBe('l60');
  });
});
