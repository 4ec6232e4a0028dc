import type { AnswerOf, listInvitationsEndpoint, MemberView, ShopRole } from '#contracts';
import { newId, type Clock } from '#process';
import { withTransaction } from '#service';
import { hash, randomBytes } from 'node:crypto';
import { DataSource, IsNull, MoreThan } from 'typeorm';
import { recordAct } from '../audit/record-act.ts';
import { Invitation } from '../database/entities/invitation.entity.ts';
import { lockUser } from '../people/lock-user.ts';
import { lockShop, roomFor, writeMembership } from './change-membership.ts';
import { memberView, type Actor } from './members.ts';

type InvitationView = AnswerOf<typeof listInvitationsEndpoint>['items'][number];
type Refused<C extends string> = { ok: false; code: C };

export type InviteOutcome =
  { ok: true; invitation: InvitationView; token: string } | Refused<'too_many_invitations'>;
export type AcceptOutcome =
  | { ok: true; member: MemberView }
  | Refused<
      | 'invitation_not_found'
      | 'invitation_over'
      | 'already_member'
      | 'too_many_memberships'
      | 'too_many_members'
      | 'unauthenticated'
    >;

const INVITATION_LIFE_MS = 7 * 24 * 3_600_000;
const MOST_OPEN = 50;

/** Links that let one person join a shop; the token is shown once and stored as a hash. */
export class Invitations {
  private readonly database: DataSource;
  private readonly clock: Clock;

  constructor(database: DataSource, clock: Clock) {
    this.database = database;
    this.clock = clock;
  }

  async create(shopId: string, role: ShopRole, note: string, actor: Actor): Promise<InviteOutcome> {
    const token = randomBytes(24).toString('base64url');
    return withTransaction(this.database, async (tx, query) => {
      await lockShop(query, shopId);
      if ((await tx.countBy(Invitation, this.open(shopId))) >= MOST_OPEN) {
        return { ok: false, code: 'too_many_invitations' };
      }
      const now = this.clock.now();
      const invitation = tx.create(Invitation, {
        invitationId: newId(),
        shopId,
        role,
        note,
        tokenHash: digest(token),
        invitedBy: actor.caller.userId,
        createdAt: new Date(now),
        expiresAt: new Date(now + INVITATION_LIFE_MS),
        acceptedBy: null,
        closedAt: null,
      });
      await tx.insert(Invitation, invitation);
      await recordAct(query, {
        actorId: actor.caller.userId,
        action: 'invitation.created',
        subjectId: invitation.invitationId,
        shopId,
        address: actor.address,
        data: { role, note },
      });
      return { ok: true, invitation: view(invitation), token };
    });
  }

  /** The open ones, latest first. */
  async list(shopId: string): Promise<InvitationView[]> {
    const order = { invitationId: 'DESC' } as const;
    return (await this.database.manager.find(Invitation, { where: this.open(shopId), order })).map(view);
  }

  /** False when there is no such open invitation. */
  async withdraw(shopId: string, invitationId: string, actor: Actor): Promise<boolean> {
    return withTransaction(this.database, async (tx, query) => {
      const closed = { closedAt: new Date(this.clock.now()) };
      const { affected } = await tx.update(Invitation, { ...this.open(shopId), invitationId }, closed);
      if (!affected) return false;
      await recordAct(query, {
        actorId: actor.caller.userId,
        action: 'invitation.withdrawn',
        subjectId: invitationId,
        shopId,
        address: actor.address,
      });
      return true;
    });
  }

  /** Makes the caller what the invitation says; it works once. */
  async accept(token: string, { caller, address }: Actor): Promise<AcceptOutcome> {
    return withTransaction(this.database, async (tx, query) => {
      const found = await tx.findOneBy(Invitation, { tokenHash: digest(token) });
      if (!found) return { ok: false, code: 'invitation_not_found' };
      const { shopId, invitationId, role } = found;
      await lockShop(query, shopId);
      if (!(await lockUser(tx, caller.userId))) return { ok: false, code: 'unauthenticated' };
      if (!(await tx.existsBy(Invitation, { ...this.open(shopId), invitationId }))) {
        return { ok: false, code: 'invitation_over' };
      }
      const room = await roomFor(query, shopId, caller.userId);
      if (room !== 'ok') return { ok: false, code: room };
      const closed = { closedAt: new Date(this.clock.now()), acceptedBy: caller.userId };
      await tx.update(Invitation, { invitationId }, closed);
      await writeMembership(query, shopId, caller.userId, role);
      await recordAct(query, {
        actorId: caller.userId,
        action: 'invitation.accepted',
        subjectId: caller.userId,
        shopId,
        address,
        data: { invitationId, role },
      });
      return { ok: true, member: await memberView(tx, shopId, caller.userId) };
    });
  }

  private open(shopId: string) {
    return { shopId, closedAt: IsNull(), expiresAt: MoreThan(new Date(this.clock.now())) };
  }
}

function digest(token: string): string {
  return hash('sha256', token, 'base64url');
}

function view(invitation: Invitation): InvitationView {
  const { invitationId, shopId, role, note, invitedBy, createdAt, expiresAt } = invitation;
  return {
    invitationId,
    shopId,
    role,
    note,
    invitedBy,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
  };
}
