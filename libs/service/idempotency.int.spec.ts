import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Module } from '@nestjs/common';
import { queryOf } from '#bus';
import { defineEndpoint, type InputOf } from '#contracts';
import { newId } from '#process';
import { createDatabase } from '#servers';
import { idempotencyTable, In, refuse, Serves } from '#service';
import { startTestService, testIdentity, type TestService } from '#testing';
import pg from 'pg';
import { z } from 'zod';

const makeThing = defineEndpoint({
  process: 'catalog',
  name: 'makeThing',
  summary: 'Makes a thing, once per key',
  method: 'POST',
  path: '/v1/made-things',
  access: 'user',
  body: z.object({ name: z.string() }),
  replies: { 201: z.object({ serial: z.int() }) },
  errors: ['conflict'],
  idempotent: true,
});

let made = 0;
let gate: { reached: () => void; open: Promise<void> } | undefined;

@Controller()
class MadeThingsController {
  @Serves(makeThing)
  async make(@In() { body }: InputOf<typeof makeThing>) {
    made += 1;
    const serial = made;
    gate?.reached();
    await gate?.open;
    if (body.name === 'refused') throw refuse('conflict', { detail: `no ${serial}` });
    if (body.name === 'broken' && serial % 2 === 1) throw new Error('once in two');
    return { serial };
  }
}

@Module({ controllers: [MadeThingsController] })
class MadeThingsModule {}

const ada = testIdentity();
let pool: pg.Pool;
let service: TestService;

beforeAll(async () => {
  pool = new pg.Pool({ connectionString: await createDatabase('idem'), max: 4 });
  await pool.query(idempotencyTable);
  service = await startTestService('catalog', MadeThingsModule, { idempotency: queryOf(pool) });
});
afterAll(async () => {
  await service.stop();
  await pool.end();
});

const make = (idempotencyKey: string, name: string, as = ada) =>
  service.call(makeThing, { idempotencyKey, body: { name } }, { as });

describe('an Idempotency-Key', () => {
  it('gives the first answer again, refusals included, and runs nothing', async () => {
    for (const name of ['mug', 'refused']) {
      const key = newId();
      const first = await make(key, name);
      const before = made;
      const again = await make(key, name);
      const told = (result: typeof first) =>
        result.ok ? result.body : { ...result.problem, requestId: undefined };
      expect(told(again)).toEqual(told(first));
      expect(again.status).toBe(first.status);
      expect(made).toBe(before);
    }
  });

  it('belongs to one caller and one request', async () => {
    const key = newId();
    expect(await make(key, 'mug')).toMatchObject({ ok: true });
    expect(await make(key, 'another')).toMatchObject({ problem: { code: 'idempotency_key_reused' } });
    expect(await make(key, 'another', testIdentity())).toMatchObject({ ok: true });
  });

  it('is needed, in its form', async () => {
    const { authorization } = await service.headersOf(ada);
    const code = async (headers: Record<string, string>) => {
      const response = await fetch(`${service.url}/api/catalog/v1/made-things`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json', ...headers },
        body: '{"name":"mug"}',
      });
      return ((await response.json()) as { code: string }).code;
    };
    expect(await code({})).toBe('idempotency_key_missing');
    expect(await code({ 'idempotency-key': 'short' })).toBe('invalid_request');
  });

  it('is free again after a fault of ours', async () => {
    const key = newId();
    made += made % 2; // the next run is an odd one: it breaks
    expect(await make(key, 'broken')).toMatchObject({ status: 500 });
    expect(await make(key, 'broken')).toMatchObject({ status: 201 });
  });

  it('tells the second of two at once to come again', async () => {
    const key = newId();
    const reached = Promise.withResolvers<void>();
    const opened = Promise.withResolvers<void>();
    gate = { reached: reached.resolve, open: opened.promise };
    const first = make(key, 'mug');
    await reached.promise;
    expect(await make(key, 'mug')).toMatchObject({ status: 409, problem: { code: 'conflict' } });
    opened.resolve();
    gate = undefined;
    expect(await first).toMatchObject({ status: 201 });
  });

  it('of a process that died may be taken over by the same request', async () => {
    const key = newId();
    await make(key, 'mug');
    await pool.query(
      "UPDATE idempotency SET status = NULL, claimed_at = now() - interval '1 minute' WHERE key = $1",
      [key],
    );
    const before = made;
    expect(await make(key, 'mug')).toMatchObject({ status: 201 });
    expect(made).toBe(before + 1);
  });
});
