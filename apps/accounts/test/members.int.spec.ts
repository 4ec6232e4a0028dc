import { connectBus, listen, makeEvent, type Bus, type Consumer } from '#bus';
import {
  acceptInvitationEndpoint,
  addMemberEndpoint,
  changeMemberEndpoint,
  createGuestEndpoint,
  createInvitationEndpoint,
  listInvitationsEndpoint,
  listMembersEndpoint,
  listShopAuditEndpoint,
  membershipChanged,
  removeMemberEndpoint,
  revokeInvitationEndpoint,
  shopCreated,
  type EventOf,
  type ShopRole,
} from '#contracts';
import { createLogger, newId } from '#process';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { codeOf, personOf, startHarness, type AccountsHarness, type Person } from './accounts-harness.ts';

let accounts: AccountsHarness;
let bus: Bus;
let follower: Consumer;
const heard: EventOf<typeof membershipChanged>[] = [];
let wake = (): void => undefined;

beforeAll(async () => {
  accounts = await startHarness();
  const logger = createLogger({ process: 'test', level: 'error' });
  bus = await connectBus({ url: accounts.nats.url, name: 'test', logger });
  follower = listen({
    bus,
    logger,
    events: [membershipChanged],
    handle: (event) => {
      heard.push(event);
      wake();
    },
  });
  await bus.nc.flush();
}, 60_000);
afterAll(async () => {
  await follower.stop();
  await bus.close();
  await accounts.stop();
});

/** Resolves with the first event that fits, heard already or yet to come. */
async function membershipOf(userId: string, shopId: string, role: ShopRole | null) {
  for (;;) {
    const found = heard.find(
      ({ data }) => data.userId === userId && data.shopId === shopId && data.role === role,
    );
    if (found) return found;
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
}

/** The same person with tokens made after their rights changed. */
async function afresh(person: Person): Promise<Person> {
  return personOf(await accounts.refresh(person.refreshToken));
}

async function openShop(): Promise<{ owner: Person; shopId: string; event: EventOf<typeof shopCreated> }> {
  const owner = personOf(await accounts.signUp({ displayName: 'Owner' }));
  const shopId = newId();
  const data = { shopId, ownerId: owner.userId, slug: `shop-${shopId}`, name: 'Shop', currency: 'EUR' };
  const event = makeEvent(shopCreated, { aggregateId: shopId, version: 1, data });
  await bus.publish(event);
  await membershipOf(owner.userId, shopId, 'owner');
  return { owner: await afresh(owner), shopId, event };
}

describe('opening a shop', () => {
  it('makes its creator the owner, once and never again', async () => {
    const { owner, shopId, event } = await openShop();
    const heir = personOf(await accounts.signUp());
    const add = { params: { shopId }, body: { userId: heir.userId, role: 'owner' as const } };
    expect((await accounts.call(addMemberEndpoint, add, owner.token)).status).toBe(201);
    await membershipOf(heir.userId, shopId, 'owner');
    const params = { shopId, userId: owner.userId };
    expect((await accounts.call(removeMemberEndpoint, { params }, owner.token)).status).toBe(204);
    await membershipOf(owner.userId, shopId, null);
    // told again under another id, as after a restore: the former owner does not come back
    await bus.publish({ ...event, id: newId() });
    const next = await openShop(); // later in the same stream, so the repeat has been handled
    expect(next.shopId).not.toBe(shopId);
    const members = await accounts.call(
      listMembersEndpoint,
      { params: { shopId } },
      (await afresh(heir)).token,
    );
    expect(members).toMatchObject({ body: { items: [{ userId: heir.userId, role: 'owner' }] } });
    expect(members.ok && members.body.items).toHaveLength(1);
  });

  it('owns nothing for an account that does not exist', async () => {
    const shopId = newId();
    const data = { shopId, ownerId: newId(), slug: `shop-${shopId}`, name: 'Shop', currency: 'EUR' };
    await bus.publish(makeEvent(shopCreated, { aggregateId: shopId, version: 1, data }));
    await openShop();
    expect(heard.some((event) => event.data.shopId === shopId)).toBe(false);
  });
});

describe('members', () => {
  it('are changed by owners only', async () => {
    const { owner, shopId } = await openShop();
    const helper = personOf(await accounts.signUp({ displayName: 'Helper' }));
    const stranger = personOf(await accounts.signUp());
    const add = (token: string, role: ShopRole) =>
      accounts.call(addMemberEndpoint, { params: { shopId }, body: { userId: helper.userId, role } }, token);
    expect(codeOf(await add(stranger.token, 'moderator'))).toBe('forbidden');
    expect(await add(owner.token, 'moderator')).toMatchObject({
      status: 201,
      body: { userId: helper.userId, displayName: 'Helper', role: 'moderator' },
    });
    expect(codeOf(await add(owner.token, 'moderator'))).toBe('already_member');
    await membershipOf(helper.userId, shopId, 'moderator');
    const asMember = await afresh(helper);
    expect(codeOf(await add(asMember.token, 'owner'))).toBe('forbidden');
    const change = (token: string) =>
      accounts.call(
        changeMemberEndpoint,
        { params: { shopId, userId: helper.userId }, body: { role: 'merchant' } },
        token,
      );
    expect(codeOf(await change(asMember.token))).toBe('forbidden');
    expect(await change(owner.token)).toMatchObject({ status: 200, body: { role: 'merchant' } });
    const event = await membershipOf(helper.userId, shopId, 'merchant');
    expect(event.version).toBeGreaterThan((await membershipOf(helper.userId, shopId, 'moderator')).version);
    const list = (token: string) => accounts.call(listMembersEndpoint, { params: { shopId } }, token);
    expect(codeOf(await list(stranger.token))).toBe('forbidden');
    expect(await list((await afresh(helper)).token)).toMatchObject({
      body: { items: [{ role: 'owner' }, { role: 'merchant' }] },
    });
  });

  it('are accounts that exist, not guests', async () => {
    const { owner, shopId } = await openShop();
    const guest = personOf(
      await accounts.call(createGuestEndpoint, { body: { displayName: 'G', transport: 'token' } }),
    );
    const add = (userId: string) =>
      accounts.call(addMemberEndpoint, { params: { shopId }, body: { userId, role: 'host' } }, owner.token);
    expect(codeOf(await add(guest.userId))).toBe('account_is_guest');
    expect(codeOf(await add(newId()))).toBe('user_not_found');
  });

  it('may leave, but the last owner stays, however many leave at once', async () => {
    const { owner, shopId } = await openShop();
    const second = personOf(await accounts.signUp());
    const body = { userId: second.userId, role: 'owner' as const };
    await accounts.call(addMemberEndpoint, { params: { shopId }, body }, owner.token);
    await membershipOf(second.userId, shopId, 'owner');
    const other = await afresh(second);
    const leave = (person: Person) =>
      accounts.call(removeMemberEndpoint, { params: { shopId, userId: person.userId } }, person.token);
    const results = await Promise.all([leave(owner), leave(other)]);
    expect(results.map((result) => (result.ok ? 'left' : result.problem.code)).toSorted()).toEqual([
      'last_owner',
      'left',
    ]);
    const stayed = results[0].ok ? other : owner;
    const demote = accounts.call(
      changeMemberEndpoint,
      { params: { shopId, userId: stayed.userId }, body: { role: 'host' } },
      stayed.token,
    );
    expect(codeOf(await demote)).toBe('last_owner');
  });

  it('belong to twenty shops at most, because all of them travel in a cookie', async () => {
    const { owner, shopId } = await openShop();
    const busy = personOf(await accounts.signUp());
    await accounts.pool.query(
      `INSERT INTO members SELECT overlay(gen_random_uuid()::text placing '7' from 15)::uuid, $1, 'moderator', now()
       FROM generate_series(1, 20)`,
      [busy.userId],
    );
    const body = { userId: busy.userId, role: 'host' as const };
    expect(codeOf(await accounts.call(addMemberEndpoint, { params: { shopId }, body }, owner.token))).toBe(
      'too_many_memberships',
    );
    const { token } = await afresh(busy);
    expect(token.length).toBeLessThan(3_900);
  });
});

describe('an invitation', () => {
  it('lets one person in, once, and is shown once', async () => {
    const { owner, shopId } = await openShop();
    const body = { role: 'host' as const, note: 'for Kim' };
    const made = await accounts.call(createInvitationEndpoint, { params: { shopId }, body }, owner.token);
    if (!made.ok) throw new Error(made.problem.code);
    const { token, url, invitation } = made.body;
    expect(url).toBe(`http://localhost:8080/join#${token}`);
    const open = await accounts.call(listInvitationsEndpoint, { params: { shopId } }, owner.token);
    expect(open).toMatchObject({
      body: { items: [{ invitationId: invitation.invitationId, note: 'for Kim' }] },
    });
    expect(JSON.stringify(open)).not.toContain(token);

    const people = await Promise.all(
      [accounts.signUp(), accounts.signUp()].map(async (person) => personOf(await person)),
    );
    const accept = (person: Person) =>
      accounts.call(acceptInvitationEndpoint, { body: { token } }, person.token);
    const results = await Promise.all(people.map(accept));
    expect(results.map((result) => (result.ok ? result.body.role : result.problem.code)).toSorted()).toEqual([
      'host',
      'invitation_over',
    ]);
    expect(codeOf(await accept(owner))).toBe('invitation_over');
    const audit = await accounts.call(listShopAuditEndpoint, { params: { shopId } }, owner.token);
    const actions = audit.ok ? audit.body.items.map((entry) => entry.action) : [];
    expect(actions).toEqual(['invitation.accepted', 'invitation.created', 'member.added']);
  });

  it('is worth nothing withdrawn, late or invented', async () => {
    const { owner, shopId } = await openShop();
    const person = personOf(await accounts.signUp());
    const make = async () => {
      const request = { params: { shopId }, body: { role: 'merchant' as const } };
      const made = await accounts.call(createInvitationEndpoint, request, owner.token);
      if (!made.ok) throw new Error(made.problem.code);
      return made.body;
    };
    const accept = (token: string, by: Person) =>
      accounts.call(acceptInvitationEndpoint, { body: { token } }, by.token);
    const withdrawn = await make();
    const { invitationId } = withdrawn.invitation;
    const withdraw = () =>
      accounts.call(revokeInvitationEndpoint, { params: { shopId, invitationId } }, owner.token);
    expect((await withdraw()).status).toBe(204);
    expect(codeOf(await withdraw())).toBe('invitation_not_found');
    expect(codeOf(await accept(withdrawn.token, person))).toBe('invitation_over');
    expect(codeOf(await accept('an-invented-token-of-some-length', person))).toBe('invitation_not_found');
    const { token } = await make();
    accounts.clock.advance(7 * 24 * 3_600_000 + 1);
    const later = await afresh(person);
    expect(codeOf(await accept(token, later))).toBe('invitation_over');
  });

  it('is pages in the record, latest first', async () => {
    const { owner, shopId } = await openShop();
    for (let n = 0; n < 5; n += 1) {
      const request = { params: { shopId }, body: { role: 'host' as const, note: `n${n}` } };
      await accounts.call(createInvitationEndpoint, request, owner.token);
    }
    const notes: unknown[] = [];
    let cursor: string | undefined;
    do {
      const query = { limit: 2, ...(cursor ? { cursor } : {}) };
      const page = await accounts.call(listShopAuditEndpoint, { params: { shopId }, query }, owner.token);
      if (!page.ok) throw new Error(page.problem.code);
      notes.push(...page.body.items.map((entry) => entry.data.note));
      cursor = page.body.nextCursor ?? undefined;
    } while (cursor);
    expect(notes).toEqual(['n4', 'n3', 'n2', 'n1', 'n0', undefined]);
    const bad = { params: { shopId }, query: { cursor: 'made up' } };
    expect(codeOf(await accounts.call(listShopAuditEndpoint, bad, owner.token))).toBe('invalid_request');
  });
});
