import type { Clock } from '#process';
import { LIMITER, type RateLimiter } from '#service';
import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { AccountsEnv } from './accounts.env.ts';
import { AdminController } from './admin/admin.controller.ts';
import { FindAccounts } from './admin/find-accounts.ts';
import { Staff } from './admin/staff.ts';
import { ReadAudit } from './audit/read-audit.ts';
import { Invitations } from './members/invitations.ts';
import { InvitationsController } from './members/invitations.controller.ts';
import { Members } from './members/members.ts';
import { MembersController } from './members/members.controller.ts';
import { LogInThrottle } from './passwords/log-in-throttle.ts';
import { PasswordHasher } from './passwords/password-hasher.ts';
import { PasswordResetLinks } from './passwords/password-reset-links.ts';
import { ResetPassword } from './passwords/reset-password.ts';
import { EraseAccount } from './people/erase-account.ts';
import { ExportAccount } from './people/export-account.ts';
import { InternalPeopleController } from './people/internal.controller.ts';
import { Profile } from './people/profile.ts';
import { ProfileController } from './people/profile.controller.ts';
import { CreateGuest } from './sessions/create-guest.ts';
import { EndSession } from './sessions/end-session.ts';
import { EntryController } from './sessions/entry.controller.ts';
import { LogIn } from './sessions/log-in.ts';
import { ReadSessions } from './sessions/read-sessions.ts';
import { RefreshSession } from './sessions/refresh-session.ts';
import { SessionCookies } from './sessions/session-cookies.ts';
import { SessionsController } from './sessions/sessions.controller.ts';
import { SignUp } from './sessions/sign-up.ts';
import { Sessions } from './sessions/start-session.ts';
import { PUBLIC_URL } from './settings.ts';
import { AccessTokens } from './tokens/access-tokens.ts';
import { JwksController } from './tokens/jwks.controller.ts';
import { RotateKeys } from './tokens/rotate-keys.ts';
import type { Seal } from './tokens/seal.ts';
import { SigningKeys } from './tokens/signing-keys.ts';

const DAY_MS = 24 * 3_600_000;

/** What exists before the module: connections, keys, the hasher whose waiting line is one per process. */
export interface AccountsParts {
  env: AccountsEnv;
  database: DataSource;
  keys: SigningKeys;
  seal: Seal;
  hasher: PasswordHasher;
  clock: Clock;
}

/** Wiring of apps/accounts. */
@Module({})
export class AccountsModule {
  static with(parts: AccountsParts): DynamicModule {
    return {
      module: AccountsModule,
      controllers: [
        EntryController,
        SessionsController,
        ProfileController,
        MembersController,
        InvitationsController,
        AdminController,
        InternalPeopleController,
        JwksController,
      ],
      providers: [...foundations(parts), ...useCases(parts)],
    };
  }
}

function foundations({ env, database, keys, seal, hasher, clock }: AccountsParts): Provider[] {
  const accessTokens = new AccessTokens(keys, env.ACCESS_TOKEN_S * 1_000);
  const idleMs = env.SESSION_IDLE_DAYS * DAY_MS;
  return [
    { provide: DataSource, useValue: database },
    { provide: SigningKeys, useValue: keys },
    { provide: PasswordHasher, useValue: hasher },
    { provide: PUBLIC_URL, useValue: env.PUBLIC_URL },
    { provide: SessionCookies, useValue: new SessionCookies(env.PUBLIC_URL) },
    { provide: Sessions, useValue: new Sessions({ seal, accessTokens, clock, idleMs }) },
    {
      provide: LogInThrottle,
      inject: [LIMITER],
      useFactory: (limiter: RateLimiter) => new LogInThrottle(limiter),
    },
  ];
}

function useCases({ env, database, keys, seal, hasher, clock }: AccountsParts): Provider[] {
  const withSessions = [Sessions];
  const readSessions = new ReadSessions(database, clock);
  const resets = new ResetPassword(database, hasher, clock);
  return [
    {
      provide: SignUp,
      inject: withSessions,
      useFactory: (sessions: Sessions) => new SignUp({ database, hasher, sessions, clock }),
    },
    {
      provide: LogIn,
      inject: [Sessions, LogInThrottle],
      useFactory: (sessions: Sessions, throttle: LogInThrottle) =>
        new LogIn({ database, hasher, throttle, sessions }),
    },
    {
      provide: CreateGuest,
      inject: withSessions,
      useFactory: (sessions: Sessions) => new CreateGuest({ database, sessions, clock }),
    },
    {
      provide: RefreshSession,
      inject: withSessions,
      useFactory: (sessions: Sessions) => new RefreshSession({ database, sessions, seal, clock }),
    },
    {
      provide: Profile,
      inject: [LogInThrottle],
      useFactory: (throttle: LogInThrottle) => new Profile(database, hasher, throttle),
    },
    { provide: EndSession, useValue: new EndSession(database, seal) },
    {
      provide: EraseAccount,
      inject: [LogInThrottle],
      useFactory: (throttle: LogInThrottle) => new EraseAccount(database, hasher, throttle),
    },
    { provide: ReadSessions, useValue: readSessions },
    { provide: ExportAccount, useValue: new ExportAccount(database, readSessions, clock) },
    { provide: ResetPassword, useValue: resets },
    { provide: PasswordResetLinks, useValue: new PasswordResetLinks(resets, env.PUBLIC_URL) },
    { provide: Members, useValue: new Members(database) },
    { provide: Invitations, useValue: new Invitations(database, clock) },
    { provide: Staff, useValue: new Staff(database) },
    { provide: FindAccounts, useValue: new FindAccounts(database) },
    { provide: ReadAudit, useValue: new ReadAudit(database) },
    { provide: RotateKeys, useValue: new RotateKeys(keys) },
  ];
}
