import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { boundedCache, createDrain, createLogger, createReadiness, parseEnv, withContext } from '#process';

const silent = createLogger({ process: 'test', level: 'silent' });

describe('parseEnv', () => {
  const schema = z.object({ PORT: z.coerce.number(), NAME: z.string() });
  it('names every fault at once', () => {
    expect(() => parseEnv(schema, { PORT: 'x' })).toThrow(/PORT: .*\n.*NAME: /s);
  });
  it('takes an empty variable for an absent one', () => {
    expect(parseEnv(z.object({ A: z.string().default('a') }), { A: '' })).toEqual({ A: 'a' });
  });
});

describe('createLogger', () => {
  it('carries ids of the work and hides secrets', () => {
    const lines: string[] = [];
    const logger = createLogger({
      process: 'checkout',
      level: 'info',
      write: (line) => void lines.push(line),
    });
    withContext({ requestId: 'r1' }, () =>
      withContext({ orderId: 'o1' }, () =>
        logger.info(
          { headers: { authorization: 'Bearer x' }, password: 'p', req: { body: { token: 't' } } },
          'hello',
        ),
      ),
    );
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'info',
      process: 'checkout',
      requestId: 'r1',
      orderId: 'o1',
      msg: 'hello',
      headers: { authorization: '[secret]' },
      password: '[secret]',
      req: { body: { token: '[secret]' } },
    });
  });
});

describe('createDrain', () => {
  it('stops last-started first, goes on after a failure, and stops once', async () => {
    const order: string[] = [];
    const drain = createDrain({ logger: silent });
    drain.add('first', () => void order.push('first'));
    drain.add('broken', () => {
      order.push('broken');
      throw new Error('no');
    });
    drain.add('last', async () => void order.push('last'));
    drain.onStart(() => order.push(`draining ${drain.draining}`));
    await Promise.all([drain.stop('test'), drain.stop('test again')]);
    expect(order).toEqual(['draining true', 'last', 'broken', 'first']);
  });
  it('gives up on a part that hangs', async () => {
    const drain = createDrain({ logger: silent, deadlineMs: 5 });
    drain.add('hangs', () => new Promise(() => undefined));
    await expect(drain.stop('test')).resolves.toBeUndefined();
  });
});

describe('createReadiness', () => {
  it('names what is not ready', async () => {
    const readiness = createReadiness();
    readiness.add('postgres', () => undefined);
    readiness.add('redis', () => Promise.reject(new Error('refused')));
    expect(await readiness.check()).toEqual({ ready: false, faults: { redis: 'refused' } });
  });
});

describe('boundedCache', () => {
  it('forgets the least recently used and what is past its time', () => {
    let now = 0;
    const cache = boundedCache<number>(2, () => now);
    cache.set('a', 1);
    cache.set('b', 2, 10);
    cache.get('a');
    cache.set('c', 3, 10);
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([1, undefined, 3]);
    now = 10;
    expect(cache.get('c')).toBeUndefined();
    expect(cache.size).toBe(1);
  });
});
