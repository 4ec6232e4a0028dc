/** Everything apps/accounts answers. */
export * from './accounts/words.ts';
export * from './accounts/sessions.ts';
export * from './accounts/profile.ts';
export * from './accounts/members.ts';
export * from './accounts/admin.ts';
export * from './accounts/internal.ts';
