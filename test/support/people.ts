import {
  addMemberEndpoint,
  callEndpoint,
  createGuestEndpoint,
  createShopEndpoint,
  refreshSessionEndpoint,
  signUpEndpoint,
  type Endpoint,
  type ReplyOf,
  type RequestOf,
  type SessionView,
  type ShopRole,
} from '#contracts';
import { randomUUID } from 'node:crypto';

/** Password of everybody who signs up in a journey. */
export const PASSWORD = 'a long enough password';

/** Somebody with an account (or a guest) who calls the API as a program would. */
export interface Person {
  readonly userId: string;
  readonly email: string;
  readonly displayName: string;
  readonly accessToken: string;
  /** Calls an endpoint; a refusal fails the journey with its problem. */
  call<T extends Endpoint>(endpoint: T, request: RequestOf<T>): Promise<ReplyOf<T>>;
  /** Calls an endpoint and gives its status with the problem's code, or `ok`. */
  try<T extends Endpoint>(endpoint: T, request: RequestOf<T>): Promise<string>;
  /** Takes new tokens, with the rights of this moment. */
  refresh(): Promise<void>;
}

/** Opens an account at `siteUrl` under a name that no other journey uses. */
export async function signUp(siteUrl: string, displayName: string): Promise<Person> {
  const email = `${displayName.toLowerCase().replace(/\W+/g, '.')}.${randomUUID().slice(0, 8)}@example.test`;
  const body = { email, password: PASSWORD, displayName, transport: 'token' } as const;
  const result = await callEndpoint(fetch, siteUrl, signUpEndpoint, { body });
  if (!result.ok) throw new Error(`sign-up failed: ${JSON.stringify(result.problem)}`);
  return personOf(siteUrl, email, result.body);
}

/** Somebody without an account who has a name for the chat. */
export async function becomeGuest(siteUrl: string, displayName: string): Promise<Person> {
  const result = await callEndpoint(fetch, siteUrl, createGuestEndpoint, {
    body: { displayName, transport: 'token' },
  });
  if (!result.ok) throw new Error(`no guest: ${JSON.stringify(result.problem)}`);
  return personOf(siteUrl, '', result.body);
}

/** Opens a shop for `owner` and makes `members` part of it; everybody's tokens know it afterwards. */
export async function openShop(
  owner: Person,
  members: { person: Person; role: ShopRole }[] = [],
): Promise<ReplyOf<typeof createShopEndpoint>> {
  const slug = `shop-${randomUUID().slice(0, 12)}`;
  const shop = await owner.call(createShopEndpoint, {
    idempotencyKey: randomUUID(),
    body: { name: `${owner.displayName}'s shop`, slug, currency: 'EUR' },
  });
  await until(`${owner.displayName} owns the shop`, async () => {
    await owner.refresh();
    return ownsShop(owner, shop.shopId);
  });
  for (const { person, role } of members) {
    await owner.call(addMemberEndpoint, {
      params: { shopId: shop.shopId },
      body: { userId: person.userId, role },
    });
    await person.refresh();
  }
  return shop;
}

/** Waits until `check` gives something true; fails with `what` after `timeoutMs`. */
export async function until<T>(
  what: string,
  check: () => Promise<T | false | undefined | null>,
  timeoutMs = 20_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  let last: unknown;
  while (Date.now() < deadline) {
    try {
      const value = await check();
      if (value) return value;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`waited ${timeoutMs} ms in vain: ${what}`, { cause: last });
}

function personOf(siteUrl: string, email: string, session: SessionView): Person {
  let { accessToken = '', refreshToken = '' } = session;
  const send = <T extends Endpoint>(endpoint: T, request: RequestOf<T>) =>
    callEndpoint(fetch, siteUrl, endpoint, request, { headers: { authorization: `Bearer ${accessToken}` } });
  return {
    userId: session.account.userId,
    email,
    displayName: session.account.displayName,
    get accessToken() {
      return accessToken;
    },
    async call(endpoint, request) {
      const result = await send(endpoint, request);
      if (!result.ok) throw new Error(`${endpoint.name}: ${JSON.stringify(result.problem)}`);
      return result.body;
    },
    async try(endpoint, request) {
      const result = await send(endpoint, request);
      return result.ok ? 'ok' : result.problem.code;
    },
    async refresh() {
      const result = await callEndpoint(fetch, siteUrl, refreshSessionEndpoint, { body: { refreshToken } });
      if (!result.ok) throw new Error(`refresh failed: ${JSON.stringify(result.problem)}`);
      accessToken = result.body.accessToken ?? '';
      refreshToken = result.body.refreshToken ?? '';
    },
  };
}

function ownsShop(person: Person, shopId: string): boolean {
  const claims = JSON.parse(
    Buffer.from(person.accessToken.split('.')[1] ?? '', 'base64url').toString('utf8'),
  ) as {
    shops: { shopId: string; role: string }[];
  };
  return claims.shops.some((shop) => shop.shopId === shopId && shop.role === 'owner');
}
