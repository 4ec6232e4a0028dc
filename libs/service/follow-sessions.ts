import { followEvents, type Bus, type Consumer } from '#bus';
import { membershipChanged, sessionRevoked, userBanned, type EventOf } from '#contracts';
import type { Logger } from '#process';
import { REVOKED_KEEP_MS, type TokenVerifier } from './tokens.ts';

const ends = [sessionRevoked, userBanned, membershipChanged] as const;

/** An event after which tokens that were good before do not count any more. */
export type SessionEnd = EventOf<(typeof ends)[number]>;

/**
 * Lets tokens die before their time: ended sessions, bans, changed memberships. An instance that just started first hears
 * what ended while tokens of today live, and none misses what ended while NATS was away from it. `onEnd` is told after the
 * verifier.
 */
export function followSessions(
  bus: Bus,
  tokens: TokenVerifier,
  logger: Logger,
  onEnd: (end: SessionEnd) => void = () => undefined,
): Promise<Consumer> {
  return followEvents({
    bus,
    logger,
    events: ends,
    sinceMs: REVOKED_KEEP_MS,
    handle: (end) => {
      const { type, at, data } = end;
      if (type === 'accounts.session_revoked' && 'sessionId' in data) tokens.revokeSession(data.sessionId);
      else tokens.distrustUser(data.userId, Date.parse(at));
      onEnd(end);
    },
  });
}
