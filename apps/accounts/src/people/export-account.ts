import type { AnswerOf, exportAccountEndpoint, Identity } from '#contracts';
import type { Clock } from '#process';
import { DataSource } from 'typeorm';
import { auditEntry } from '../audit/read-audit.ts';
import { AuditRow } from '../database/entities/audit-row.entity.ts';
import { User } from '../database/entities/user.entity.ts';
import { ReadSessions } from '../sessions/read-sessions.ts';
import { accountView, shopsOf } from './account-view.ts';

/** Acts in one export; an account with more is told so. */
const MOST_ACTS = 5_000;

/** Everything that is stored here about one person, for that person. */
export class ExportAccount {
  private readonly database: DataSource;
  private readonly sessions: ReadSessions;
  private readonly clock: Clock;

  constructor(database: DataSource, sessions: ReadSessions, clock: Clock) {
    this.database = database;
    this.sessions = sessions;
    this.clock = clock;
  }

  /** Null when the account is gone. */
  async export(caller: Identity): Promise<AnswerOf<typeof exportAccountEndpoint> | null> {
    const tx = this.database.manager;
    const { userId } = caller;
    const user = await tx.findOneBy(User, { userId });
    if (!user) return null;
    const acts = await tx.find(AuditRow, {
      where: [{ actorId: userId }, { subjectId: userId }],
      order: { auditId: 'DESC' },
      take: MOST_ACTS + 1,
    });
    return {
      exportedAt: new Date(this.clock.now()).toISOString(),
      account: accountView(user, await shopsOf(tx, userId)),
      sessions: (await this.sessions.list(caller)).items,
      audit: acts.slice(0, MOST_ACTS).map(auditEntry),
      auditComplete: acts.length <= MOST_ACTS,
    };
  }
}
