import { z } from 'zod';
import { defineEndpoint } from '../../endpoint.ts';
import { Id, Moment } from '../../values.ts';
import {
  AccountView,
  DisplayName,
  Email,
  NewPassword,
  SessionView,
  TokenTransport,
  TypedPassword,
} from './words.ts';

const transport = TokenTransport.default('cookie');

export const signUpEndpoint = defineEndpoint({
  process: 'accounts',
  name: 'signUp',
  summary: 'Opens an account and logs it in.',
  method: 'POST',
  path: '/v1/accounts',
  access: 'public',
  body: z.object({ email: Email, password: NewPassword, displayName: DisplayName, transport }),
  replies: { 201: SessionView },
  errors: ['email_taken'],
  rate: { per: 'address', limit: 300, windowS: 600 },
});

export const createGuestEndpoint = defineEndpoint({
  process: 'accounts',
  name: 'createGuest',
  summary:
    'Makes a guest with a name for the chat; a caller who is a guest already keeps the identity and takes the new name.',
  method: 'POST',
  path: '/v1/guests',
  access: 'guest',
  body: z.object({ displayName: DisplayName, transport }),
  replies: { 201: SessionView },
  errors: ['account_banned'],
  rate: { per: 'address', limit: 600, windowS: 600 },
});

export const logInEndpoint = defineEndpoint({
  process: 'accounts',
  name: 'logIn',
  summary: 'Starts a session with e-mail address and password.',
  method: 'POST',
  path: '/v1/session',
  access: 'public',
  body: z.object({ email: Email, password: TypedPassword, transport }),
  replies: { 201: SessionView },
  errors: ['credentials_wrong', 'too_many_attempts', 'account_banned'],
});

export const getSessionEndpoint = defineEndpoint({
  process: 'accounts',
  name: 'getSession',
  summary:
    'Who the caller is now; 200 with `account: null` for nobody, so that a page asks without an error.',
  method: 'GET',
  path: '/v1/session',
  access: 'guest',
  replies: {
    200: z.object({
      account: AccountView.nullable(),
      sessionId: Id.nullable(),
      accessExpiresAt: Moment.nullable(),
    }),
  },
});

export const refreshSessionEndpoint = defineEndpoint({
  process: 'accounts',
  name: 'refreshSession',
  summary:
    'Trades the refresh token (cookie, or body for programs) for a new pair; a token used twice ends the session.',
  method: 'POST',
  path: '/v1/session/refresh',
  access: 'public',
  body: z.object({ refreshToken: z.string().max(400).optional() }),
  replies: { 200: SessionView },
  errors: ['session_ended', 'refresh_reused', 'account_banned'],
  rate: { per: 'address', limit: 600, windowS: 600 },
});

export const logOutEndpoint = defineEndpoint({
  process: 'accounts',
  name: 'logOut',
  summary:
    'Ends the session of the refresh token and clears the cookies; also right when nobody is logged in.',
  method: 'DELETE',
  path: '/v1/session',
  access: 'public',
  replies: { 204: null },
});

/** A session as its owner sees it. */
export const SessionEntry = z.object({
  sessionId: Id,
  current: z.boolean(),
  /** What the browser or program calls itself, shortened. */
  client: z.string(),
  address: z.string(),
  createdAt: Moment,
  lastUsedAt: Moment,
  expiresAt: Moment,
});

export const listSessionsEndpoint = defineEndpoint({
  process: 'accounts',
  name: 'listSessions',
  summary: 'The open sessions of the caller, the latest used first.',
  method: 'GET',
  path: '/v1/sessions',
  access: 'user',
  replies: { 200: z.object({ items: z.array(SessionEntry) }) },
});

export const revokeSessionEndpoint = defineEndpoint({
  process: 'accounts',
  name: 'revokeSession',
  summary: 'Ends one session of the caller, on whatever device it is.',
  method: 'DELETE',
  path: '/v1/sessions/:sessionId',
  access: 'user',
  params: z.object({ sessionId: Id }),
  replies: { 204: null },
  errors: ['session_not_found'],
});

export const revokeOtherSessionsEndpoint = defineEndpoint({
  process: 'accounts',
  name: 'revokeOtherSessions',
  summary: 'Ends every session of the caller but this one.',
  method: 'DELETE',
  path: '/v1/sessions',
  access: 'user',
  replies: { 200: z.object({ ended: z.int() }) },
});
