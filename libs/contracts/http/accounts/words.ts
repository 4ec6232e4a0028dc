import { z } from 'zod';
import { PlatformRole, ShopRole } from '../../identity.ts';
import { Id, line, Moment } from '../../values.ts';

/** An e-mail address; compared without regard to case. */
export const Email = z
  .string()
  .max(254)
  .transform((address) => address.trim())
  .pipe(z.email());

/** A password somebody chooses: long enough to resist guessing, short enough to hash. */
export const NewPassword = z.string().min(10, 'at least 10 characters').max(200);

/** A password somebody types to prove who they are: judged by its hash, not by its form. */
export const TypedPassword = z.string().min(1).max(200);

/** The name others see, in chat and on orders. */
export const DisplayName = line(1, 40);

/** An account as its owner sees it. */
export const AccountView = z.object({
  userId: Id,
  kind: z.enum(['user', 'guest']),
  email: z.string().nullable(),
  displayName: z.string(),
  platformRoles: z.array(PlatformRole),
  shops: z.array(z.object({ shopId: Id, role: ShopRole })),
  createdAt: Moment,
});
export type AccountView = z.infer<typeof AccountView>;

/**
 * How the caller wants its tokens: `cookie` for pages (httpOnly, out of reach of scripts), `token` in the body for
 * programs that send `Authorization: Bearer`.
 */
export const TokenTransport = z.enum(['cookie', 'token']);

/** What log-in, sign-up, refresh and guest calls answer. */
export const SessionView = z.object({
  account: AccountView,
  sessionId: Id,
  /** When the access token ends; refresh before. */
  accessExpiresAt: Moment,
  /** When the session ends if it is not refreshed again. */
  sessionExpiresAt: Moment,
  /** Only with `transport: token`. */
  accessToken: z.string().optional(),
  refreshToken: z.string().optional(),
});
export type SessionView = z.infer<typeof SessionView>;
