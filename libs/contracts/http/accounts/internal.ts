import { z } from 'zod';
import { defineEndpoint } from '../../endpoint.ts';
import { Id } from '../../values.ts';

/** What other processes may know of somebody. */
export const UserCard = z.object({
  userId: Id,
  displayName: z.string(),
  kind: z.enum(['user', 'guest']),
  banned: z.boolean(),
});
export type UserCard = z.infer<typeof UserCard>;

export const lookUpUsersEndpoint = defineEndpoint({
  process: 'accounts',
  name: 'lookUpUsers',
  summary: 'Names of up to 200 users; unknown ids are left out.',
  method: 'POST',
  path: '/v1/internal/users/look-up',
  access: 'internal',
  body: z.object({ userIds: z.array(Id).min(1).max(200) }),
  replies: { 200: z.object({ users: z.array(UserCard) }) },
});

/** A buyer's address to write to; only for processes that must (receipts, reminders). */
export const getContactEndpoint = defineEndpoint({
  process: 'accounts',
  name: 'getContact',
  summary: 'The e-mail address and name of one account.',
  method: 'GET',
  path: '/v1/internal/users/:userId/contact',
  access: 'internal',
  params: z.object({ userId: Id }),
  replies: { 200: z.object({ userId: Id, email: z.string(), displayName: z.string() }) },
  errors: ['user_not_found'],
});

/** Public halves of the signing keys (RFC 7517). */
export const jwksEndpoint = defineEndpoint({
  process: 'accounts',
  name: 'jwks',
  summary: 'Keys that verify access tokens.',
  method: 'GET',
  path: '/.well-known/jwks.json',
  access: 'public',
  replies: {
    200: z.object({
      keys: z.array(
        z.object({
          kty: z.literal('OKP'),
          crv: z.literal('Ed25519'),
          x: z.string(),
          kid: z.string(),
          alg: z.literal('EdDSA'),
          use: z.literal('sig'),
        }),
      ),
    }),
  },
});
