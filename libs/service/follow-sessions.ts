import { listen, type Bus, type Consumer } from '#bus';
import { membershipChanged, sessionRevoked, userBanned } from '#contracts';
import type { Logger } from '#process';
import type { TokenVerifier } from './tokens.ts';

/**
 * Lets tokens die before their time: ended sessions, bans, changed memberships. At most once, because a token that
 * slips through ends by itself within ten minutes.
 */
export function followSessions(bus: Bus, tokens: TokenVerifier, logger: Logger): Consumer {
  return listen({
    bus,
    logger,
    events: [sessionRevoked, userBanned, membershipChanged],
    handle: ({ type, at, data }) => {
      if (type === 'accounts.session_revoked' && 'sessionId' in data) tokens.revokeSession(data.sessionId);
      else tokens.distrustUser(data.userId, Date.parse(at));
    },
  });
}
