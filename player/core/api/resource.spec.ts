import { describe, expect, it } from '@jest/globals';
import { problemOf, type CallResult } from '#contracts';
import { createPages } from './pages.ts';
import { createResource } from './resource.ts';

const ok = <T>(body: T): CallResult<T> => ({ ok: true, status: 200, body, headers: new Headers() });
const away = { ok: false, status: 503, problem: problemOf('unavailable') } as const;

/** Answers that a test gives when it wants to. */
function questions<T>() {
  const open: {
    answer: (result: CallResult<T>) => Promise<void>;
    cursor: string | undefined;
    signal: AbortSignal;
  }[] = [];
  const ask = (cursor: string | undefined, signal: AbortSignal) =>
    new Promise<CallResult<T>>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('aborted')));
      const answer = async (result: CallResult<T>) => {
        resolve(result);
        await new Promise(setImmediate);
      };
      open.push({ answer, cursor, signal });
    });
  return { open, ask };
}

describe('resource', () => {
  it('keeps showing the old value while it is asked again, and when that fails', async () => {
    const { open, ask } = questions<string>();
    const resource = createResource<string>((signal) => ask(undefined, signal));
    resource.load();
    expect(resource.get()).toEqual({ data: undefined, problem: undefined, loading: true });
    await open[0]?.answer(ok('first'));
    resource.load();
    expect(resource.get().data).toBe('first');
    await open[1]?.answer(away);
    expect(resource.get()).toEqual({ data: 'first', problem: away.problem, loading: false });
  });

  it('drops the answer to an older question', async () => {
    const { open, ask } = questions<string>();
    const resource = createResource<string>((signal) => ask(undefined, signal));
    resource.load();
    resource.load();
    expect(open[0]?.signal.aborted).toBe(true);
    await open[1]?.answer(ok('new'));
    await open[0]?.answer(ok('old'));
    expect(resource.get().data).toBe('new');
  });

  it('does not let an answer under way overwrite a replaced value', async () => {
    const { open, ask } = questions<string>();
    const resource = createResource<string>((signal) => ask(undefined, signal));
    resource.load();
    resource.replace('changed');
    await open[0]?.answer(ok('before the change'));
    expect(resource.get().data).toBe('changed');
  });
});

describe('pages', () => {
  it('appends the next page once, however often it is asked for', async () => {
    const { open, ask } = questions<{ items: number[]; nextCursor: string | null }>();
    const pages = createPages(ask);
    pages.load();
    await open[0]?.answer(ok({ items: [1, 2], nextCursor: 'c2' }));
    pages.more();
    pages.more();
    expect(open.map(({ cursor }) => cursor)).toEqual([undefined, 'c2']);
    await open[1]?.answer(ok({ items: [3], nextCursor: null }));
    expect(pages.get()).toEqual({ items: [1, 2, 3], problem: undefined, loading: false, hasMore: false });
    pages.more();
    expect(open).toHaveLength(2);
  });

  it('starts again with the first page', async () => {
    const { open, ask } = questions<{ items: number[]; nextCursor: string | null }>();
    const pages = createPages(ask);
    pages.load();
    await open[0]?.answer(ok({ items: [1], nextCursor: null }));
    pages.load();
    expect(pages.get().items).toEqual([1]);
    await open[1]?.answer(ok({ items: [9], nextCursor: null }));
    expect(pages.get().items).toEqual([9]);
  });
});
