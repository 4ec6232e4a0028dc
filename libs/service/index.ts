/** How a Nest process is put together. */
export {
  startService,
  type RunningService,
  type ServiceEnv,
  type ServiceOptions,
  type ServiceStart,
} from './start-service.ts';
export { Serves, In, Caller, reply, servedEndpoints, endpointOf } from './serves.ts';
export { refuse, Refusal } from './refusal.ts';
export { refusalOf, sendRefusal } from './problem-filter.ts';
export { requireShop, SESSION_COOKIE, CSRF_COOKIE } from './authenticate.ts';
export { DRAIN, LIMITER, LOGGER, READINESS, TOKENS } from './service-module.ts';
export { openDatabase, pgPool } from './database.ts';
export { isUniqueViolation, managerQuery, withTransaction } from './transaction.ts';
export { readCursor, writeCursor } from './cursor.ts';
export { followSessions, type SessionEnd } from './follow-sessions.ts';
export { idempotencyTable } from './idempotency.ts';
export {
  claimsOf,
  createTokenVerifier,
  TOKEN_AUDIENCE,
  TOKEN_ISSUER,
  type KeySource,
  type TokenVerifier,
} from './tokens.ts';
export { type RateLimiter } from './rate-limit.ts';
