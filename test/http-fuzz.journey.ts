import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { operationsOf, requestsOf, type FuzzRequest, type Operation } from './support/fuzz-operation.ts';
import { becomeGuest, openShop, signUp, type Person } from './support/people.ts';
import { theSystem } from './support/system.ts';

const PROCESSES = ['accounts', 'catalog', 'checkout', 'chat', 'ingest', 'origin'];
/** Requests per operation; the whole run stays within a minute on two cores. */
const RUNS = 40;
/** The same requests every time; PROPERTY_SEED=<n> tries others. */
const SEED = Number(process.env['PROPERTY_SEED'] ?? 20_261_120);
/** Calls that would end the fuzzers' own sessions or every access token. */
const SPARED = new Set(['logOut', 'revokeOtherSessions', 'rotateKeys', 'deleteAccount', 'eraseAccount']);

const { siteUrl } = theSystem();
let callers: (Person | undefined)[];

beforeAll(async () => {
  const merchant = await signUp(siteUrl, 'Fuzz Merchant');
  await openShop(merchant);
  callers = [
    undefined,
    await becomeGuest(siteUrl, 'Fuzz Guest'),
    await signUp(siteUrl, 'Fuzz Viewer'),
    merchant,
  ];
});

describe.each(PROCESSES)('%s', (name) => {
  let operations: Operation[];

  beforeAll(async () => {
    const response = await fetch(`${siteUrl}/api/${name}/openapi.json`);
    operations = operationsOf((await response.json()) as Parameters<typeof operationsOf>[0]);
  });

  it('answers hostile requests with a problem and a stable code, never with a 5xx', async () => {
    expect(operations.length).toBeGreaterThan(0);
    for (const operation of operations.filter(({ operationId }) => !SPARED.has(operationId))) {
      await fc.assert(
        fc.asyncProperty(requestsOf(operation), fc.nat(3), async (request, who) => {
          await expectCivilAnswer(operation, request, callers[who]);
        }),
        { seed: SEED, numRuns: RUNS, endOnFailure: true },
      );
    }
  }, 180_000);

  it('keeps strangers out of everything that asks for an account', async () => {
    for (const operation of operations.filter(({ access }) => access === 'user' || access === 'admin')) {
      const [request] = fc.sample(requestsOf(operation), { numRuns: 1, seed: 1 });
      const { status } = await send(request as FuzzRequest, undefined);
      expect([operation.operationId, [401, 413, 415, 429].includes(status)]).toEqual([
        operation.operationId,
        true,
      ]);
    }
  }, 60_000);
});

async function expectCivilAnswer(
  operation: Operation,
  request: FuzzRequest,
  who: Person | undefined,
): Promise<void> {
  const { status, type, body } = await send(request, who);
  const told = `${operation.operationId} ${request.init.method} ${request.url} -> ${status} ${body.slice(0, 300)}`;
  if (status >= 500) throw new Error(`server fault: ${told}`);
  if (status < 400) return;
  if (!type.startsWith('application/problem+json')) throw new Error(`no problem+json (${type}): ${told}`);
  const { code, status: inBody } = JSON.parse(body) as { code?: string; status?: number };
  if (!code || inBody !== status) throw new Error(`a problem without code or with another status: ${told}`);
}

async function send(request: FuzzRequest, who: Person | undefined) {
  const headers = { ...request.init.headers, ...(who ? { authorization: `Bearer ${who.accessToken}` } : {}) };
  const response = await fetch(`${siteUrl}${request.url}`, { ...request.init, headers, redirect: 'manual' });
  return {
    status: response.status,
    type: response.headers.get('content-type') ?? '',
    body: await response.text(),
  };
}
