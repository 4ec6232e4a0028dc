import { z } from 'zod';
import { defineEndpoint } from '../../endpoint.ts';
import { AccountView, DisplayName, NewPassword, TypedPassword } from './words.ts';

export const getMeEndpoint = defineEndpoint({
  process: 'accounts',
  name: 'getMe',
  summary: "The caller's account as it is now, shops and roles included.",
  method: 'GET',
  path: '/v1/me',
  access: 'user',
  replies: { 200: AccountView },
});

export const updateMeEndpoint = defineEndpoint({
  process: 'accounts',
  name: 'updateMe',
  summary: "Changes the caller's name; tokens carry it from the next refresh on.",
  method: 'PATCH',
  path: '/v1/me',
  access: 'user',
  body: z.object({ displayName: DisplayName }),
  replies: { 200: AccountView },
});

export const changePasswordEndpoint = defineEndpoint({
  process: 'accounts',
  name: 'changePassword',
  summary: 'Sets a new password and ends every other session.',
  method: 'PUT',
  path: '/v1/me/password',
  access: 'user',
  body: z.object({ currentPassword: TypedPassword, newPassword: NewPassword }),
  replies: { 204: null },
  errors: ['credentials_wrong', 'too_many_attempts'],
});
