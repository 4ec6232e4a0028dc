import { hash } from 'node:crypto';
import { Changes } from '../objects/changes.ts';
import { newObjectId } from '../objects/object-ids.ts';
import type { Fault } from '../controls/faults.ts';
import type { Sandbox } from '../sandbox.ts';
import { ApiError, invalidRequest } from './api-error.ts';
import type { Call, KeyKind } from './call.ts';
import { expand } from './expand.ts';
import type { Params } from './form-body.ts';
import { readParams, without } from './params.ts';

/** One request, stripped of its transport. */
export interface ApiRequest {
  id: string;
  params: Params;
  keyKind: KeyKind;
  idempotencyKey: string | undefined;
  apiVersion: string | null;
}

/** What goes back; `disconnect` asks the transport to cut the connection instead. */
export interface ApiAnswer {
  status: number;
  body: string;
  requestId: string;
  replayed?: boolean;
  disconnect?: boolean;
}

/** Answers one call: idempotency, armed faults, the call itself, and durability before the answer. */
export async function serveCall(sandbox: Sandbox, call: Call, request: ApiRequest): Promise<ApiAnswer> {
  const requestId = newObjectId('req').slice(0, 18);
  const fault = sandbox.faults.meet(call.name);
  if (fault) await pause(fault.delayMs);
  if (fault?.when === 'before' && fault.how !== 'delay') return failed(fault, requestId);
  const answer = await once(sandbox, call, request, requestId, fault);
  return fault?.when === 'after' && fault.how !== 'delay' ? failed(fault, requestId) : answer;
}

/** The answer kept under the request's idempotency key, or a new one that is kept. */
async function once(
  sandbox: Sandbox,
  call: Call,
  request: ApiRequest,
  requestId: string,
  fault: Fault | undefined,
): Promise<ApiAnswer> {
  const key = call.method === 'POST' ? request.idempotencyKey : undefined;
  if (key === undefined) return execute(sandbox, call, request, requestId, undefined);
  if (key.length > 255)
    return answerOf(invalidRequest('Idempotency keys have at most 255 characters.'), requestId);
  if (sandbox.keysInUse.has(key)) return answerOf(keyInUse(key), requestId);
  sandbox.keysInUse.add(key);
  try {
    const fingerprint = fingerprintOf(call, request);
    const kept = await sandbox.store.keptAnswer(key);
    if (kept && kept.fingerprint !== fingerprint) return answerOf(keyReused(key), requestId);
    if (kept) return { status: kept.status, body: kept.body, requestId, replayed: true };
    if (fault?.when === 'stored') return await keepFailure(sandbox, fault, key, fingerprint, requestId);
    return await execute(sandbox, call, request, requestId, { key, fingerprint });
  } finally {
    sandbox.keysInUse.delete(key);
  }
}

async function execute(
  sandbox: Sandbox,
  call: Call,
  request: ApiRequest,
  requestId: string,
  keep: { key: string; fingerprint: string } | undefined,
): Promise<ApiAnswer> {
  const changes = new Changes(
    sandbox.clock.now(),
    { id: requestId, idempotency_key: keep?.key ?? null },
    request.apiVersion,
  );
  const locks: (() => void)[] = [];
  let answer: ApiAnswer;
  try {
    // Parameters that cannot be read are refused before anything runs; such an answer is not kept.
    const params = readOrRefuse(call, request, requestId);
    if ('refusal' in params) return params.refusal;
    try {
      const result = await call.run({
        params: params.value,
        id: request.id,
        keyKind: request.keyKind,
        store: sandbox.store,
        changes,
        lock: async (id) => void locks.push(await sandbox.locks.acquire(id)),
        challengeUrl: sandbox.challengeUrl,
      });
      const expanded = await expand(sandbox.store, changes, result, request.params['expand']);
      answer = { status: 200, body: JSON.stringify(forKey(expanded, request.keyKind)), requestId };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      answer = answerOf(error, requestId);
    }
    if (keep) changes.keptAnswer = { ...keep, status: answer.status, body: answer.body };
    if (keep || changes.saved.size > 0) await sandbox.commit(changes);
  } finally {
    for (const release of locks) release();
  }
  return answer;
}

function readOrRefuse(
  call: Call,
  request: ApiRequest,
  requestId: string,
): { value: unknown } | { refusal: ApiAnswer } {
  try {
    return { value: readParams(call.params, request.params) };
  } catch (error) {
    if (error instanceof ApiError) return { refusal: answerOf(error, requestId) };
    throw error;
  }
}

/** The answer for `error`. */
export function answerOf(error: ApiError, requestId: string): ApiAnswer {
  return { status: error.status, body: JSON.stringify({ error: error.body }), requestId };
}

/** What a browser may not see: a publishable key gets no metadata and nothing about fees. */
function forKey(result: object, keyKind: KeyKind): object {
  if (keyKind === 'secret') return result;
  return without(result as Record<string, unknown>, 'metadata', 'application_fee_amount', 'transfer_data');
}

function fingerprintOf(call: Call, request: ApiRequest): string {
  return hash('sha256', JSON.stringify([call.name, request.id, request.params]), 'base64url');
}

function failed(fault: Fault, requestId: string): ApiAnswer {
  return {
    status: fault.status,
    body: JSON.stringify({ error: fault.error }),
    requestId,
    disconnect: fault.how === 'disconnect',
  };
}

async function keepFailure(
  sandbox: Sandbox,
  fault: Fault,
  key: string,
  fingerprint: string,
  requestId: string,
): Promise<ApiAnswer> {
  const answer = failed(fault, requestId);
  const changes = new Changes(sandbox.clock.now(), { id: requestId, idempotency_key: key }, null);
  changes.keptAnswer = { key, fingerprint, status: answer.status, body: answer.body };
  await sandbox.commit(changes);
  return answer;
}

function keyReused(key: string): ApiError {
  return new ApiError(400, {
    type: 'idempotency_error',
    message: `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
  });
}

function keyInUse(key: string): ApiError {
  return new ApiError(409, {
    type: 'idempotency_error',
    code: 'idempotency_key_in_use',
    message: `There is currently another in-progress request using this idempotency key (${key}).`,
  });
}

function pause(ms: number): Promise<void> | undefined {
  return ms > 0 ? new Promise((resolve) => setTimeout(resolve, ms)) : undefined;
}
