import {
  getOrderEndpoint,
  getPaymentSettingsEndpoint,
  listSalesEndpoint,
  LIVE_PATH,
  LIVE_PROTOCOL_VERSION,
  placeHoldsEndpoint,
  placeOrderEndpoint,
  type ClientFrame,
  type FrameReply,
  type LiveSnapshot,
  type LiveTick,
} from '#contracts';
import { newId } from '#process';
import { io, type Socket } from 'socket.io-client';
import { signUp, until, type Person } from './people.ts';
import type { Stage } from './stage.ts';

const ACK_MS = 3_000;
/** A viewer tries again for this long before they would say that it does not work. */
const PATIENCE_MS = 20_000;
const GOOD_CARD = '4242424242424242';
const ADDRESS = { name: 'Ada Buyer', line1: 'Street 1', postalCode: '10115', city: 'Berlin', country: 'DE' };

/** Seconds until another viewer had the line, and until the order was paid. */
export interface ShopAround {
  heardS: number;
  paidS: number;
}

/** Two viewers: one says something and buys a unit, the other one listens. */
export interface Shoppers {
  /** Both at once; throws when one of them does not succeed. */
  shopAround(): Promise<ShopAround>;
  stop(): void;
}

/** Lets two viewers into a show whose product is on the shelf. */
export async function bringShoppers(siteUrl: string, stage: Stage): Promise<Shoppers> {
  const [speaker, listener] = await Promise.all([
    signUp(siteUrl, 'Sam Speaker'),
    signUp(siteUrl, 'Lea Listener'),
  ]);
  const { showId } = stage.show;
  const heard = new Set<string>();
  const sockets = [speaker, listener].map((person) => joinAlways(siteUrl, person, showId));
  const hear = (lines: readonly { text: string }[]) => lines.forEach(({ text }) => heard.add(text));
  sockets[1]?.on('tick', ({ chat = [] }: LiveTick) => hear(chat));
  // Who comes back after a broken connection gets what they missed with the room's state.
  sockets[1]?.on('snapshot', ({ lines }: LiveSnapshot) => hear(lines));
  const saleId = await until('the shelf is open', async () => {
    const { shopId } = stage;
    const sales = await speaker.call(listSalesEndpoint, { query: { shopId, kind: 'standing', limit: 1 } });
    return sales.items[0]?.saleId;
  });

  const chat = async (): Promise<void> => {
    const text = `still here ${newId()}`;
    const frame: ClientFrame = { op: 'say', showId, key: newId(), text };
    await until('the line is taken', async () => (await ask(sockets[0], frame)).ok, PATIENCE_MS);
    await until('the other viewer has the line', async () => heard.has(text), PATIENCE_MS);
  };
  return {
    async shopAround() {
      const from = performance.now();
      const since = (): number => Math.round((performance.now() - from) / 100) / 10;
      const [heardS, paidS] = await Promise.all([
        chat().then(since),
        buy(siteUrl, speaker, saleId, stage).then(since),
      ]);
      return { heardS, paidS };
    },
    stop: () => sockets.forEach((socket) => socket.disconnect()),
  };
}

/** A socket that joins the show whenever it is connected. */
function joinAlways(siteUrl: string, person: Person, showId: string): Socket {
  const socket = io(siteUrl, {
    ...{ path: LIVE_PATH, transports: ['websocket'], forceNew: true, reconnectionDelayMax: 1_000 },
    auth: { v: LIVE_PROTOCOL_VERSION, token: person.accessToken },
  });
  socket.on('connect', () => void ask(socket, { op: 'join', showId }).catch(() => undefined));
  return socket;
}

async function ask(socket: Socket | undefined, frame: ClientFrame): Promise<FrameReply> {
  if (!socket?.connected) throw new Error('the socket is not connected');
  return (await socket.timeout(ACK_MS).emitWithAck('m', frame)) as FrameReply;
}

/** Hold, order, card, paid: each step tried again under the same id, as the page does. */
async function buy(siteUrl: string, buyer: Person, saleId: string, { variantId }: Stage): Promise<void> {
  const holdId = newId();
  const lines = [{ variantId, quantity: 1 }];
  const step = <T>(what: string, work: () => Promise<T | false>): Promise<T> =>
    until<T>(what, work, PATIENCE_MS);
  await step('a unit is held', () =>
    buyer.call(placeHoldsEndpoint, { body: { holds: [{ holdId, saleId, lines }] } }),
  );
  const headers = { 'idempotency-key': `order-${holdId}` };
  const { orderId, secret } = await step('the order has its payment', async () => {
    const body = { holdIds: [holdId], address: ADDRESS };
    const order = await buyer.call(placeOrderEndpoint, { headers, body });
    const { clientSecret } = order.payment;
    return clientSecret ? { orderId: order.orderId, secret: clientSecret } : false;
  });
  await step('the card is accepted', () => confirm(siteUrl, buyer, secret));
  await step('the order is paid', async () => {
    const order = await buyer.call(getOrderEndpoint, { params: { orderId } });
    return order.state === 'paid';
  });
}

/** What the card form of the sandbox does. */
async function confirm(siteUrl: string, buyer: Person, secret: string): Promise<boolean> {
  const { publishableKey } = await buyer.call(getPaymentSettingsEndpoint, {});
  const [intentId = ''] = secret.split('_secret_');
  const answer = await fetch(`${siteUrl}/api/payments-sandbox/v1/payment_intents/${intentId}/confirm`, {
    method: 'POST',
    headers: { authorization: `Bearer ${publishableKey}` },
    body: new URLSearchParams({
      client_secret: secret,
      'payment_method_data[type]': 'card',
      'payment_method_data[card][number]': GOOD_CARD,
    }),
  });
  return answer.ok;
}
