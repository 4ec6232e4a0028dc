import {
  commandRights,
  chatRights,
  type Badge,
  type ChatRight,
  type HostCommandType,
  type Identity,
} from '#contracts';

/** A person as a room knows them: an identity reduced to what counts in one shop. */
export interface Actor {
  userId: string;
  name: string;
  guest: boolean;
  /** Their role in the show's shop. */
  role: 'owner' | 'merchant' | 'host' | 'moderator' | null;
  platform: 'admin' | 'moderator' | null;
  sessionId: string;
}

/** What somebody who moderates for a shop may do unless the shop gave them single rights. */
const MODERATOR_RIGHTS: readonly ChatRight[] = [
  'modes',
  'delete',
  'timeout',
  'ban',
  'queue',
  'words',
  'reports',
  'audit',
];

export function actorOf(identity: Identity, shopId: string): Actor {
  const { platformRoles } = identity;
  return {
    userId: identity.userId,
    name: identity.displayName,
    guest: identity.kind === 'guest',
    role: identity.shops.find((shop) => shop.shopId === shopId)?.role ?? null,
    platform: platformRoles.includes('admin')
      ? 'admin'
      : platformRoles.includes('moderator')
        ? 'moderator'
        : null,
    sessionId: identity.sessionId,
  };
}

/** Everything `actor` may order. `given` are the single rights that the shop gave them; they replace a moderator's usual ones. */
export function rightsOf(actor: Actor, given: readonly ChatRight[] | undefined): readonly ChatRight[] {
  if (actor.guest) return [];
  if (actor.platform === 'admin') return chatRights;
  if (actor.role && actor.role !== 'moderator') return chatRights;
  if (given) return given;
  return actor.role === 'moderator' || actor.platform === 'moderator' ? MODERATOR_RIGHTS : [];
}

/** Whether `actor` may give `command`. */
export function mayOrder(
  actor: Actor,
  given: readonly ChatRight[] | undefined,
  command: HostCommandType,
): boolean {
  return rightsOf(actor, given).includes(commandRights[command]);
}

/** Staff of the room write without slow mode, filters and queue. */
export function isStaff(actor: Actor, given: readonly ChatRight[] | undefined): boolean {
  return rightsOf(actor, given).some((right) => right === 'delete' || right === 'announce');
}

/** What stands beside the name. */
export function badgesOf(actor: Actor, given: readonly ChatRight[] | undefined, buyer: boolean): Badge[] {
  const badges: Badge[] = [];
  if (actor.role === 'host' || actor.role === 'owner') badges.push('host');
  else if (actor.role === 'merchant' || actor.platform) badges.push('staff');
  else if (isStaff(actor, given)) badges.push('moderator');
  if (buyer) badges.push('buyer');
  return badges;
}
