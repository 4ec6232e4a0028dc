import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { SandboxKeys } from '#payments';
import { ApiError, invalidRequest, noSuch } from '../api/api-error.ts';
import { same } from '../api/serve-api.ts';
import { Changes } from '../objects/changes.ts';
import { openDispute } from '../objects/refunds.ts';
import type { Sandbox } from '../sandbox.ts';
import { Mischief } from '../webhooks/mischief.ts';
import { Fault } from './faults.ts';

/** Thirty years: enough for every lifetime there is here, and no overflow. */
const MAX_ADVANCE_S = 946_684_800;

const DONE = { ok: true };

const Advance = z.object({ seconds: z.number().min(0).max(MAX_ADVANCE_S) });
const Redeliver = z.object({ event: z.string().max(255) });
const OpenDispute = z.object({
  charge: z.string().max(255),
  reason: z.string().max(100).default('fraudulent'),
});

/** What a test may do to the sandbox, at `/_sandbox/...` with the secret key and JSON bodies. */
export function serveControls(app: FastifyInstance, sandbox: Sandbox, keys: SandboxKeys): void {
  const onRequest = async (request: FastifyRequest): Promise<void> => {
    const shown = (request.headers.authorization ?? '').replace(/^Bearer /, '');
    if (same(shown, keys.secretKey)) return;
    throw new ApiError(401, { type: 'invalid_request_error', message: 'Invalid API Key provided.' });
  };
  const control = (
    method: 'GET' | 'POST' | 'DELETE',
    url: string,
    act: (body: unknown) => object | Promise<object>,
  ): void => {
    app.route({ method, url: `/_sandbox/${url}`, onRequest, handler: async (request) => act(request.body) });
  };

  control('POST', 'faults', (body) => {
    sandbox.faults.arm(read(Fault, body));
    return DONE;
  });
  control('DELETE', 'faults', () => {
    sandbox.faults.clear();
    return DONE;
  });
  control('GET', 'webhooks', () => sandbox.webhooks.counts());
  control('POST', 'webhooks', (body) => {
    sandbox.webhooks.behave(read(Mischief, body));
    return DONE;
  });
  control('POST', 'webhooks/redeliver', async (body) => {
    const { event } = read(Redeliver, body);
    if (!(await sandbox.webhooks.redeliver(event))) throw noSuch('event', event);
    return DONE;
  });
  control('POST', 'clock', async (body) => {
    await sandbox.clock.advance(read(Advance, body).seconds * 1_000);
    await sandbox.timers.settled();
    return { now: new Date(sandbox.clock.now()).toISOString() };
  });
  control('POST', 'disputes', (body) => dispute(sandbox, read(OpenDispute, body)));
}

async function dispute(sandbox: Sandbox, asked: z.output<typeof OpenDispute>): Promise<object> {
  const found = await sandbox.store.get('charge', asked.charge);
  if (!found) throw noSuch('charge', asked.charge);
  const release = await sandbox.locks.acquire(found.payment_intent);
  try {
    const changes = new Changes(sandbox.clock.now(), { id: null, idempotency_key: null }, null);
    const charge = (await sandbox.store.get('charge', asked.charge)) ?? found;
    const opened = openDispute(changes, charge, asked.reason);
    if (!opened) throw invalidRequest('This charge is disputed already.');
    await sandbox.commit(changes);
    return opened;
  } finally {
    release();
  }
}

function read<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw invalidRequest(`Invalid ${issue?.path.join('.') ?? 'body'}: ${issue?.message ?? 'not of its form'}`);
}
