import { afterAll, beforeAll, beforeEach, expect } from '@jest/globals';
import {
  callEndpoint,
  type CallResult,
  type Endpoint,
  type FrameReply,
  type HostCommand,
  type Identity,
  type ReplyOf,
  type RequestOf,
} from '#contracts';
import { newId } from '#process';
import type { RunningService } from '#service';
import { tokenOf } from '#testing';
import { hostOf, startHarness, TestClient, type ChatHarness, type TestShow } from './chat-harness.ts';

export let chat: ChatHarness;
export let one: RunningService;
export let two: RunningService;
/** A show of its own for each test, and its host at the first gateway. */
export let show: TestShow;
export let hannah: Identity;
export let host: TestClient;

/** Two gateways for the tests of a file; everything exported here is theirs. */
export function useModeratedRooms(): void {
  beforeAll(async () => {
    chat = await startHarness();
    [one, two] = await Promise.all([chat.startGateway(), chat.startGateway()]);
  }, 60_000);
  afterAll(() => chat.stop());

  beforeEach(async () => {
    show = await chat.makeShow();
    hannah = hostOf(show);
    host = await sit(hannah, one);
  });
}

export async function sit(as: Identity | undefined, at: RunningService = two): Promise<TestClient> {
  const client = await TestClient.connect(at, as ? { as } : {});
  expect(await client.join(show.showId)).toMatchObject({ ok: true });
  return client;
}

export const order = (command: HostCommand, by: TestClient = host): Promise<FrameReply> =>
  by.send({ op: 'command', showId: show.showId, id: newId(), command });

export async function call<T extends Endpoint>(
  endpoint: T,
  request: RequestOf<T>,
  as: Identity,
): Promise<CallResult<ReplyOf<T>>> {
  const headers = { authorization: `Bearer ${await tokenOf(as)}` };
  return callEndpoint(fetch, two.url, endpoint, request, { headers });
}

export async function ok<T extends Endpoint>(
  endpoint: T,
  request: RequestOf<T>,
  as: Identity,
): Promise<ReplyOf<T>> {
  const result = await call(endpoint, request, as);
  if (!result.ok) throw new Error(`${endpoint.name} was refused: ${JSON.stringify(result.problem)}`);
  return result.body;
}

/** Tries until it is done, or refused as `code` says. */
export async function eventually<T extends { ok: boolean }>(
  act: () => Promise<T>,
  code?: string,
): Promise<T> {
  const until = Date.now() + 10_000;
  let result = await act();
  const over = (): boolean => (code ? 'code' in result && result.code === code : result.ok);
  while (!over() && Date.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    result = await act();
  }
  return result;
}

export const negate = (reply: FrameReply): { ok: boolean; reply: FrameReply } => ({
  ok: !reply.ok && reply.code !== 'rate_limited' && reply.code !== 'duplicate_line',
  reply,
});
