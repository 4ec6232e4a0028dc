import { defineErrors } from './define.ts';

/** Refusals of apps/accounts. */
export const accountsErrors = defineErrors({
  email_taken: { status: 409, title: 'This e-mail address already has an account', retry: 'no' },
  credentials_wrong: { status: 401, title: 'The e-mail address or the password is wrong', retry: 'no' },
  too_many_attempts: { status: 429, title: 'Too many attempts to log in; wait a while', retry: 'later' },
  account_banned: { status: 403, title: 'This account is banned from the platform', retry: 'no' },
  session_ended: { status: 401, title: 'This session has ended; log in again', retry: 'no' },
  refresh_reused: {
    status: 401,
    title: 'This refresh token was used before; its session was ended for safety',
    retry: 'no',
  },
  session_not_found: { status: 404, title: 'There is no such session', retry: 'no' },
  user_not_found: { status: 404, title: 'There is no such account', retry: 'no' },
  account_is_guest: { status: 409, title: 'A guest cannot do this; it needs an account', retry: 'no' },
  member_not_found: { status: 404, title: 'This person is not a member of the shop', retry: 'no' },
  already_member: { status: 409, title: 'This person is a member of the shop already', retry: 'no' },
  last_owner: { status: 409, title: 'A shop keeps at least one owner', retry: 'no' },
  too_many_memberships: { status: 409, title: 'This account belongs to too many shops', retry: 'no' },
  too_many_members: { status: 409, title: 'This shop has as many members as it may have', retry: 'no' },
  invitation_not_found: { status: 404, title: 'There is no such invitation', retry: 'no' },
  invitation_over: {
    status: 410,
    title: 'This invitation was used, withdrawn, or its time is up',
    retry: 'no',
  },
  too_many_invitations: { status: 409, title: 'Too many invitations are open; withdraw some', retry: 'no' },
  staff_protected: { status: 409, title: 'Take away the platform role first', retry: 'no' },
  password_reset_over: {
    status: 410,
    title: 'This link was used, replaced, or its hour is up; ask for another',
    retry: 'no',
  },
  last_admin: { status: 409, title: 'The platform keeps at least one admin', retry: 'no' },
});
