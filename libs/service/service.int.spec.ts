import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Module } from '@nestjs/common';
import { defineEndpoint, Id, line, type Identity, type InputOf } from '#contracts';
import { createLogger, newId } from '#process';
import { Caller, In, refuse, reply, Serves } from '#service';
import { startTestService, testIdentity, type TestService } from '#testing';
import { z } from 'zod';

const createThing = defineEndpoint({
  process: 'catalog',
  name: 'createThing',
  summary: 'Creates a thing',
  method: 'POST',
  path: '/v1/shops/:shopId/things',
  access: 'user',
  params: z.object({ shopId: Id }),
  query: z.object({ dry: z.stringbool().optional() }),
  body: z.object({ name: line(1, 10), size: z.int().min(1) }),
  replies: {
    201: z.object({ name: z.string(), by: z.string() }),
    200: z.object({ name: z.string(), by: z.string() }),
  },
  errors: ['conflict'],
  bodyLimitBytes: 200,
});
const readThing = defineEndpoint({
  process: 'catalog',
  name: 'readThing',
  summary: 'Reads a thing',
  method: 'GET',
  path: '/v1/things/:name',
  access: 'guest',
  params: z.object({ name: z.string() }),
  replies: { 200: z.object({ who: z.string() }) },
  rate: { per: 'address', limit: 3, windowS: 60 },
});
const showThing = defineEndpoint({
  process: 'catalog',
  name: 'showThing',
  summary: 'Logs a line about a show',
  method: 'GET',
  path: '/v1/shows/:showId/thing',
  access: 'public',
  params: z.object({ showId: Id }),
  replies: { 204: null },
});
const tellThing = defineEndpoint({
  process: 'catalog',
  name: 'tellThing',
  summary: 'Between processes',
  method: 'POST',
  path: '/v1/tell',
  access: 'internal',
  replies: { 204: null },
});

@Controller()
class ThingsController {
  @Serves(createThing)
  create(@In() { body, query }: InputOf<typeof createThing>, @Caller() caller: Identity) {
    if (body.name === 'taken') throw refuse('conflict', { detail: 'taken', extra: { name: body.name } });
    if (body.name === 'bug') throw new Error('secret stack');
    if (body.name === 'db') throw Object.assign(new Error('gone'), { code: 'ECONNREFUSED' });
    const view = { name: body.name, by: caller.displayName };
    return query.dry ? reply(200, view, { 'x-dry': '1' }) : view;
  }

  @Serves(readThing)
  read(@Caller() caller: Identity | undefined) {
    return { who: caller?.displayName ?? 'nobody' };
  }

  @Serves(showThing)
  show() {
    logger.info('thing shown');
    return undefined;
  }

  @Serves(tellThing)
  tell() {
    return undefined;
  }
}

const logLines: string[] = [];
const logger = createLogger({ process: 'catalog', level: 'info', write: (line) => void logLines.push(line) });

@Module({ controllers: [ThingsController] })
class ThingsModule {}

const shopId = newId();
const ada = testIdentity({ displayName: 'Ada' });
let service: TestService;

beforeAll(async () => {
  service = await startTestService('catalog', ThingsModule);
});
afterAll(() => service.stop());

const post = (body: string, headers: Record<string, string> = {}) =>
  fetch(`${service.url}/api/catalog/v1/shops/${shopId}/things`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  });
const good = JSON.stringify({ name: 'a', size: 1 });

describe('an endpoint', () => {
  it('takes parsed parts and answers with its first status', async () => {
    const result = await service.call(
      createThing,
      { params: { shopId }, body: { name: ' é ', size: 2 } },
      { as: ada },
    );
    expect(result).toMatchObject({ ok: true, status: 201, body: { name: 'é', by: 'Ada' } });
  });
  it('answers with another status and headers where the handler says so', async () => {
    const result = await service.call(
      createThing,
      { params: { shopId }, query: { dry: 'true' }, body: { name: 'a', size: 2 } },
      { as: ada },
    );
    expect(result).toMatchObject({ ok: true, status: 200, body: { name: 'a' } });
  });
  it('names every fault of a request', async () => {
    const result = await service.call(
      createThing,
      { params: { shopId: 'x' }, body: { name: '', size: 0.5 } },
      { as: ada },
    );
    expect(result).toMatchObject({ ok: false, status: 400, problem: { code: 'invalid_request' } });
    const faults = result.ok ? [] : (result.problem.faults ?? []).map((fault) => fault.at);
    expect(faults).toEqual(['params.shopId', 'body.name', 'body.size']);
  });
  it('gives refusals as problems, and nothing of a bug', async () => {
    const call = (name: string) =>
      service.call(createThing, { params: { shopId }, body: { name, size: 1 } }, { as: ada });
    expect(await call('taken')).toMatchObject({
      status: 409,
      problem: { code: 'conflict', detail: 'taken', name: 'taken' },
    });
    const bug = await call('bug');
    expect(bug).toMatchObject({ status: 500, problem: { code: 'internal' } });
    expect(JSON.stringify(bug)).not.toContain('secret');
    expect(await call('db')).toMatchObject({ status: 503, problem: { code: 'unavailable' } });
  });
  it('refuses bodies that are malformed, foreign, poisoned or too large', async () => {
    const { authorization } = await service.headersOf(ada);
    const codes = [];
    for (const [body, headers] of [
      ['{', {}],
      ['<a/>', { 'content-type': 'text/xml' }],
      ['{"__proto__": {"a": 1}}', {}],
      [JSON.stringify({ name: 'a'.repeat(300), size: 1 }), {}],
    ] as [string, Record<string, string>][]) {
      const response = await post(body, { authorization, ...headers });
      expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
      codes.push(((await response.json()) as { code: string }).code);
    }
    expect(codes).toEqual(['malformed_body', 'unsupported_media_type', 'malformed_body', 'body_too_large']);
  });
});

describe('access', () => {
  it('asks people to log in, and takes tokens from header or cookie with its CSRF token', async () => {
    const { authorization } = await service.headersOf(ada);
    const cookie = `sf_session=${authorization.slice(7)}; sf_csrf=c1`;
    const status = async (headers: Record<string, string>) => (await post(good, headers)).status;
    expect(await status({})).toBe(401);
    expect(await status({ authorization: 'Bearer nonsense' })).toBe(401);
    expect(await status({ authorization })).toBe(201);
    expect(await status({ cookie })).toBe(403);
    expect(await status({ cookie, 'x-csrf-token': 'c2' })).toBe(403);
    expect(await status({ cookie, 'x-csrf-token': 'c1' })).toBe(201);
    expect(await status({ cookie, 'x-csrf-token': 'c1', origin: 'http://evil.example' })).toBe(403);
  });
  it('lets an expired token pass for nobody where nobody is welcome', async () => {
    const expired = await service.headersOf(testIdentity({ expiresAt: Date.now() - 1_000 }));
    const response = await fetch(`${service.url}/api/catalog/v1/things/a`, { headers: expired });
    expect(await response.json()).toEqual({ who: 'nobody' });
  });
  it('keeps internal calls to those who know the secret', async () => {
    const tell = (token: string) =>
      fetch(`${service.url}/api/catalog/v1/tell`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
      });
    expect((await tell('guess')).status).toBe(401);
    expect((await tell(service.internalToken)).status).toBe(204);
  });
  it('limits calls and says when to come back', async () => {
    const read = () => fetch(`${service.url}/api/catalog/v1/things/a`);
    let response = await read();
    while (response.status === 200) response = await read();
    expect(response.status).toBe(429);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(response.headers.get('ratelimit')).toMatch(/^"default";r=0;t=\d+$/);
  });
});

describe('a process', () => {
  it('tells its health, figures and description', async () => {
    const get = async (path: string) => fetch(`${service.url}${path}`);
    expect((await get('/healthz')).status).toBe(200);
    expect((await get('/readyz')).status).toBe(200);
    expect(await (await get('/metrics')).text()).toContain('http_requests_total');
    const document = (await (await get('/api/catalog/openapi.json')).json()) as {
      paths: Record<string, object>;
    };
    expect(Object.keys(document.paths)).toEqual([
      '/api/catalog/v1/shops/{shopId}/things',
      '/api/catalog/v1/things/{name}',
      '/api/catalog/v1/shows/{showId}/thing',
    ]);
  });
  it('logs with the ids of the request and of what it is about', async () => {
    const showId = newId();
    await fetch(`${service.url}/api/catalog/v1/shows/${showId}/thing`, {
      headers: { 'x-request-id': 'from-the-edge' },
    });
    const line = logLines.map((text) => JSON.parse(text) as object).at(-1);
    expect(line).toMatchObject({ msg: 'thing shown', requestId: 'from-the-edge', showId });
  });
  it('answers unknown addresses and broken ones with problems', async () => {
    const code = async (path: string) =>
      ((await (await fetch(`${service.url}${path}`)).json()) as { code: string }).code;
    expect(await code('/nowhere')).toBe('not_found');
    expect(await code('/api/catalog/v1/things/%zz')).toBe('malformed_body');
  });
});
