import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { makeEvent } from '#bus';
import {
  callEndpoint,
  clockMeasured,
  getSnapshotEndpoint,
  getTicksEndpoint,
  holdPromoted,
  listFiguresEndpoint,
  listLinesEndpoint,
  listLogEndpoint,
  lineupChanged,
  orderPaid,
  saleClosed,
  saleOpened,
  stockChanged,
  streamInterrupted,
  TICKS_PER_FILE,
  type HostCommand,
  type SaleFacts,
} from '#contracts';
import { newId } from '#process';
import type { RunningService } from '#service';
import { testIdentity, tokenOf } from '#testing';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostOf, startHarness, TestClient, type ChatHarness, type TestShow } from './chat-harness.ts';

/** Checkout, as far as rooms speak to it: keeps what it was told and answers what the test says. */
class FakeCheckout {
  readonly asked: { path: string; body: unknown }[] = [];
  answer: { status: number; body: unknown } = { status: 404, body: {} };
  #server: Server | undefined;

  async start(): Promise<string> {
    this.#server = createServer((request, response) => {
      let json = '';
      request.on('data', (chunk: Buffer) => (json += chunk.toString()));
      request.on('end', () => {
        this.asked.push({ path: request.url ?? '', body: JSON.parse(json || '{}') });
        const type = this.answer.status < 400 ? 'application/json' : 'application/problem+json';
        response.writeHead(this.answer.status, { 'content-type': type });
        response.end(JSON.stringify(this.answer.body));
      });
    });
    await new Promise<void>((resolve) => this.#server?.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server?.closeAllConnections();
    this.#server?.close();
  }
}

const checkout = new FakeCheckout();
let chat: ChatHarness;
let one: RunningService;
let two: RunningService;
let show: TestShow;

beforeAll(async () => {
  chat = await startHarness();
  const CHECKOUT_URL = await checkout.start();
  [one, two] = await Promise.all([chat.startGateway({ CHECKOUT_URL }), chat.startGateway({ CHECKOUT_URL })]);
}, 60_000);
afterAll(async () => {
  checkout.stop();
  await chat.stop();
});
beforeEach(async () => {
  show = await chat.makeShow();
  checkout.asked.length = 0;
});

function saleOf(parts: Partial<SaleFacts> = {}, available = 3): SaleFacts {
  const item = {
    variantId: VARIANT,
    productId: show.productIds[0] ?? null,
    price: { amount: 990, currency: 'EUR' },
    available,
    held: 0,
    sold: 3 - available,
    soldOut: available === 0,
  };
  return {
    saleId: SALE,
    kind: 'flash',
    shopId: show.shopId,
    showId: show.showId,
    title: 'Flash',
    state: 'open',
    rule: 'first_come',
    limitPerBuyer: 1,
    startsAt: null,
    endsAt: null,
    items: [item],
    ...parts,
  };
}
let SALE = newId();
const VARIANT = newId();
beforeEach(() => {
  SALE = newId();
});

async function sit(at: RunningService, as?: Parameters<typeof tokenOf>[0]): Promise<TestClient> {
  const client = await TestClient.connect(at, as ? { as } : {});
  expect(await client.join(show.showId)).toMatchObject({ ok: true });
  return client;
}

describe('sales in a room (protocols 7 and 10)', () => {
  it('come from checkout only, act at once when they must, and never go back to an older state', async () => {
    const viewer = await sit(two);
    const entries = () => viewer.ticks.flatMap((tick) => tick.critical ?? []);
    await chat.publish(makeEvent(saleOpened, { aggregateId: SALE, version: 1, data: saleOf() }));
    await viewer.until('it is open', () => entries().some(({ type }) => type === 'sale_changed'));
    await chat.publish(makeEvent(stockChanged, { aggregateId: SALE, version: 5, data: saleOf({}, 0) }));
    await viewer.until('it is sold out', () => entries().some(({ type }) => type === 'sold_out'));
    await chat.publish(makeEvent(stockChanged, { aggregateId: SALE, version: 3, data: saleOf({}, 1) }));
    await chat.publish(
      makeEvent(saleClosed, { aggregateId: SALE, version: 6, data: saleOf({ state: 'closed' }, 0) }),
    );
    await viewer.until('it is over', () =>
      entries().some(({ data }) => 'state' in data && data.state === 'closed'),
    );
    const told = viewer.ticks.flatMap((tick) => [
      ...(tick.critical ?? []).flatMap(({ data }) => ('version' in data ? [data.version] : [])),
      ...(tick.ambient?.stock ?? []).map(({ version }) => version),
    ]);
    expect(told).toEqual([1, 5, 6]);
    const late = await sit(one);
    await late.until('the snapshot came', () => late.snapshots.length > 0);
    expect(late.snapshots[0]?.sales).toMatchObject([{ saleId: SALE, version: 6, state: 'closed' }]);
  });

  it("of the shop's shelf are in the snapshot of a show that came after them", async () => {
    const shelf = saleOf({ kind: 'standing', showId: null, saleId: SALE });
    await chat.publish(makeEvent(saleOpened, { aggregateId: SALE, version: 4, data: shelf }));
    const next = await chat.makeShow({ shopId: show.shopId, state: 'scheduled' });
    const viewer = await TestClient.connect(one);
    await viewer.join(next.showId);
    await viewer.until('the shelf is there', () =>
      [
        ...(viewer.snapshots[0]?.sales ?? []),
        ...viewer.ticks.flatMap((tick) => (tick.critical ?? []).map(({ data }) => data)),
      ].some((data) => 'saleId' in data && data.saleId === SALE),
    );
    expect(viewer.snapshots).toHaveLength(1);
  });

  it("are commanded by the host through checkout, with the command's id, and logged only when checkout says so", async () => {
    const host = await sit(one, hostOf(show));
    const id = newId();
    const frame = {
      op: 'command',
      showId: show.showId,
      id,
      command: { type: 'extend_sale', saleId: SALE, seconds: 30 },
    };
    checkout.answer = { status: 409, body: { type: 'x', title: 'No', status: 409, code: 'sale_state' } };
    expect(await host.send(frame)).toMatchObject({ ok: false, code: 'sale_state' });
    const facts = saleOf();
    checkout.answer = {
      status: 200,
      body: { ...facts, version: 1, serverTime: new Date().toISOString() },
    };
    expect(await host.send(frame)).toMatchObject({ ok: true, seq: null, repeated: false });
    expect(await host.send(frame)).toMatchObject({ ok: true, repeated: true });
    expect(checkout.asked.map(({ path }) => path)).toEqual(
      Array(3).fill(`/api/checkout/v1/internal/sales/${SALE}/commands`),
    );
    expect(checkout.asked[0]?.body).toMatchObject({
      commandId: id,
      showId: show.showId,
      actorId: show.hostId,
      command: { type: 'extend', seconds: 30 },
    });
    expect(host.ticks.flatMap((tick) => (tick.critical ?? []).map(({ type }) => type))).not.toContain(
      'sale_changed',
    );
    await chat.publish(makeEvent(saleOpened, { aggregateId: SALE, version: 1, data: facts }));
    await host.until('checkout said so', () =>
      host.ticks.some((tick) => tick.critical?.some(({ type }) => type === 'sale_changed')),
    );
  });
});

describe('a sale that no event has told of yet', () => {
  const pin = (host: TestClient) =>
    host.send({
      op: 'command',
      showId: show.showId,
      id: newId(),
      command: { type: 'pin', productId: show.productIds[0], saleId: SALE },
    });
  const pinned = (client: TestClient) =>
    client.ticks.flatMap((tick) => tick.critical ?? []).findLast(({ type }) => type === 'pinned');
  const told = (facts: SaleFacts, version: number) => ({
    status: 200,
    body: { ...facts, version, serverTime: new Date().toISOString() },
  });

  it('is pinned right after the host started it', async () => {
    const host = await sit(one, hostOf(show));
    const command = { type: 'start_sale', saleId: SALE };
    checkout.answer = told(saleOf(), 4);
    expect(await host.send({ op: 'command', showId: show.showId, id: newId(), command })).toMatchObject({
      ok: true,
    });
    checkout.answer = { status: 503, body: {} };
    expect(await pin(host)).toMatchObject({ ok: true });
    await host.until('it is pinned', () => pinned(host) !== undefined);
    expect(pinned(host)?.data).toMatchObject({ saleId: SALE, price: { amount: 990 } });
    // Viewers hear of the sale itself when checkout says so, be it the version that was answered; an older one is old news.
    expect(host.ticks.some((tick) => tick.critical?.some(({ type }) => type === 'sale_changed'))).toBe(false);
    const event = (version: number, available: number) =>
      makeEvent(saleOpened, { aggregateId: SALE, version, data: saleOf({}, available) });
    await chat.publish(event(3, 1), event(4, 3));
    await host.until('checkout said so', () =>
      host.ticks.some((tick) => tick.critical?.some(({ type }) => type === 'sale_changed')),
    );
    const entries = host.ticks.flatMap((tick) => tick.critical ?? []);
    expect(entries.filter(({ type }) => type === 'sale_changed')).toMatchObject([{ data: { version: 4 } }]);
  });

  it('is asked for when it was started elsewhere; one of another show is refused', async () => {
    const host = await sit(two, hostOf(show));
    checkout.answer = told(saleOf({ showId: newId() }), 2);
    expect(await pin(host)).toMatchObject({ ok: false, code: 'sale_not_of_show' });
    expect(checkout.asked.at(-1)?.path).toBe(`/api/checkout/v1/sales/${SALE}`);
    SALE = newId();
    checkout.answer = { status: 404, body: {} };
    expect(await pin(host)).toMatchObject({ ok: false, code: 'sale_not_of_show' });
    checkout.answer = told(saleOf(), 2);
    expect(await pin(host)).toMatchObject({ ok: true });
  });
});

describe('programme time', () => {
  it('is known to a process that has just started, unless the picture has stopped since', async () => {
    const stamp = async (of: TestShow): Promise<number | null | undefined> => {
      const fresh = await chat.startGateway();
      const host = await TestClient.connect(fresh, { as: hostOf(of) });
      await host.join(of.showId);
      const command = { type: 'message', text: 'hello' };
      await host.send({ op: 'command', showId: of.showId, id: newId(), command });
      const message = () =>
        host.ticks.flatMap((tick) => tick.critical ?? []).find(({ type }) => type === 'host_message');
      await host.until('it was said', () => message() !== undefined);
      return message()?.mediaTime;
    };
    const measured = (of: TestShow, wallMs: number) => ({
      streamId: of.showId,
      showId: of.showId,
      shopId: of.shopId,
      pts: 1,
      wallMs,
      mediaTime: wallMs - 2_000,
    });
    const [running, stopped] = [await chat.makeShow(), await chat.makeShow()];
    for (const its of [running, stopped]) {
      const data = measured(its, Date.now() - 5_000);
      await chat.publish(makeEvent(clockMeasured, { aggregateId: its.showId, version: 1, data }));
    }
    const { streamId, showId, shopId } = measured(stopped, 0);
    const at = new Date().toISOString();
    const interrupted = { streamId, showId, shopId, interruptedAt: at, resumeUntil: at };
    await chat.publish(
      makeEvent(streamInterrupted, { aggregateId: streamId, version: 2, data: interrupted }),
    );
    const before = Date.now();
    const mediaTime = await stamp(running);
    expect(mediaTime).toBeGreaterThanOrEqual(before - 2_000);
    expect(mediaTime).toBeLessThanOrEqual(Date.now() - 2_000);
    expect(await stamp(stopped)).toBeNull();
  }, 60_000);
});

describe('what concerns one person', () => {
  it('reaches all their sockets on any gateway, and nobody else', async () => {
    const ada = testIdentity();
    const [phone, desk, other] = [await sit(one, ada), await sit(two, ada), await sit(two, testIdentity())];
    const order = {
      orderId: newId(),
      number: 'A-1',
      shopId: show.shopId,
      showId: show.showId,
      buyerId: ada.userId,
      state: 'paid' as const,
      paymentState: 'captured' as const,
      reason: null,
      currency: 'EUR',
      total: 1_980,
      refundedAmount: 0,
      lines: [{ saleId: SALE, variantId: VARIANT, title: 'A thing', quantity: 2, amount: 1_980 }],
      queuePosition: null,
    };
    await chat.publish(
      makeEvent(orderPaid, { aggregateId: order.orderId, version: 7, data: order as never }),
    );
    const hold = {
      holdId: newId(),
      saleId: SALE,
      shopId: show.shopId,
      state: 'held' as const,
      source: 'waitlist' as const,
      lines: [{ variantId: VARIANT, quantity: 1, price: { amount: 990, currency: 'EUR' } }],
      startedAt: new Date().toISOString(),
      expiresAt: new Date(Date.now() + 60_000).toISOString(),
      orderId: null,
    };
    const data = { buyerId: ada.userId, showId: show.showId, hold };
    await chat.publish(makeEvent(holdPromoted, { aggregateId: hold.holdId, version: 1, data }));
    for (const client of [phone, desk]) {
      await client.until('both came', () => client.pushes.length === 2);
      // Two aggregates, two processes: which of them is heard first is not promised.
      expect(client.pushes.toSorted((a, b) => b.type.localeCompare(a.type))).toMatchObject([
        { type: 'order', orderId: order.orderId, state: 'paid', version: 7 },
        { type: 'hold', holdId: hold.holdId, state: 'promoted' },
      ]);
    }
    expect(other.pushes).toEqual([]);
    const host = await sit(one, hostOf(show));
    await host.send({ op: 'desk', showId: show.showId, open: true });
    await host.until('the host sees the sale', () => host.desks.some((told) => told.figures?.orders === 1));
    expect(host.desks.findLast((told) => told.figures)?.figures).toMatchObject({
      units: 2,
      revenue: [{ amount: 1_980, currency: 'EUR' }],
      viewers: expect.any(Number),
    });
    const headers = { authorization: `Bearer ${await tokenOf(hostOf(show))}` };
    const params = { showId: show.showId };
    const figures = await callEndpoint(fetch, two.url, listFiguresEndpoint, { params }, { headers });
    expect(figures).toMatchObject({
      ok: true,
      body: { totals: { orders: 1, units: 2 }, minutes: [{ orders: 1 }] },
    });
    expect(await callEndpoint(fetch, two.url, listFiguresEndpoint, { params })).toMatchObject({
      status: 401,
    });
  });
});

describe('a page without a socket', () => {
  it('reads the same room over HTTP: snapshot, tick files, log, lines with programme time', async () => {
    const { showId, shopId } = show;
    const measured = {
      streamId: newId(),
      showId,
      shopId,
      pts: 1,
      wallMs: Date.now(),
      mediaTime: Date.now() - 2_000,
    };
    await chat.publish(
      makeEvent(clockMeasured, { aggregateId: measured.streamId, version: 1, data: measured }),
    );
    const host = await sit(one, hostOf(show));
    for (let i = 0; i < 12; i += 1) await host.say(showId, `line ${i}`);
    await host.send({ op: 'command', showId, id: newId(), command: { type: 'next' } });
    await host.until('all came', () =>
      host.ticks.some((tick) => tick.critical?.some(({ type }) => type === 'pinned')),
    );
    const params = { showId };
    const snapshot = await callEndpoint(fetch, two.url, getSnapshotEndpoint, { params });
    if (!snapshot.ok) throw new Error('no snapshot');
    expect(snapshot.body.pins.at(-1)?.product).toMatchObject({ productId: show.productIds[0] });
    expect(snapshot.headers.get('cache-control')).toContain('max-age=1');
    const { epoch } = snapshot.body;
    const first = await callEndpoint(fetch, two.url, getTicksEndpoint, {
      params: { showId, first: 0 },
      query: { epoch },
    });
    if (!first.ok) throw new Error('no tick file');
    expect(first.body.complete).toBe(true);
    expect(first.headers.get('cache-control')).toContain('immutable');
    expect(first.body.ticks.map(({ n }) => n)).toEqual(
      Array.from({ length: TICKS_PER_FILE - 1 }, (_, i) => i + 1),
    );
    expect(first.body.ticks.at(-1)).toEqual(host.ticks.find(({ n }) => n === TICKS_PER_FILE - 1));
    const foreign = { params: { showId, first: 0 }, query: { epoch: 'another' } };
    expect(await callEndpoint(fetch, one.url, getTicksEndpoint, foreign)).toMatchObject({ status: 410 });
    const log = await callEndpoint(fetch, one.url, listLogEndpoint, { params, query: { type: 'pinned' } });
    expect(log).toMatchObject({
      ok: true,
      body: { entries: [{ type: 'pinned', mediaTime: expect.any(Number) }] },
    });
    const lines = await callEndpoint(fetch, one.url, listLinesEndpoint, { params, query: { limit: '10' } });
    if (!lines.ok) throw new Error('no lines');
    expect(lines.body.items).toHaveLength(10);
    expect(lines.body.items[0]?.mediaTime).toEqual(expect.any(Number));
    const rest = { params, query: { cursor: lines.body.nextCursor ?? '' } };
    expect(await callEndpoint(fetch, one.url, listLinesEndpoint, rest)).toMatchObject({
      body: { nextCursor: null },
    });
  });
});

describe('a line-up that changed', () => {
  it('counts for the next command, in a room that is open', async () => {
    const host = await sit(one, hostOf(show));
    const [first = '', second = ''] = show.productIds;
    const data = { showId: show.showId, shopId: show.shopId, items: [{ productId: second, position: 0 }] };
    await chat.publish(makeEvent(lineupChanged, { aggregateId: show.showId, version: 9, data }));
    const order = (command: HostCommand) =>
      host.send({ op: 'command', showId: show.showId, id: newId(), command });
    let pinned = await order({ type: 'pin', productId: first });
    while (pinned.ok) pinned = await order({ type: 'pin', productId: first });
    expect(pinned).toMatchObject({ code: 'product_not_in_line_up' });
    await order({ type: 'unpin' });
    expect(await order({ type: 'next' })).toMatchObject({ ok: true });
    const last = host.ticks.flatMap((tick) => tick.critical ?? []).findLast(({ type }) => type === 'pinned');
    expect(last?.data).toMatchObject({ productId: second });
  });
});
