import { Id, type AccountRecord, type AnswerOf, type findAccountsEndpoint, type InputOf } from '#contracts';
import { readCursor, writeCursor } from '#service';
import { z } from 'zod';
import { DataSource, In } from 'typeorm';
import { Member } from '../database/entities/member.entity.ts';
import { User } from '../database/entities/user.entity.ts';
import { accountRecord, shopsOf } from '../people/account-view.ts';

/** Sort key of a page's last entry. */
const PageAfter = z.tuple([Id]);

/** Accounts as staff look for them. */
export class FindAccounts {
  private readonly database: DataSource;

  constructor(database: DataSource) {
    this.database = database;
  }

  async one(userId: string): Promise<AccountRecord | null> {
    const tx = this.database.manager;
    const user = await tx.findOneBy(User, { userId });
    return user && accountRecord(user, await shopsOf(tx, userId));
  }

  /** A page, latest first. */
  async list({
    query,
  }: InputOf<typeof findAccountsEndpoint>): Promise<AnswerOf<typeof findAccountsEndpoint>> {
    const select = this.database.manager
      .createQueryBuilder(User, 'user')
      .orderBy('user.userId', 'DESC')
      .limit(query.limit + 1);
    const after = readCursor(query.cursor, PageAfter);
    if (after) select.andWhere('user.userId < :after', { after: after[0] });
    if (query.kind) select.andWhere('user.kind = :kind', { kind: query.kind });
    if (query.banned !== undefined) select.andWhere(`user.bannedAt IS ${query.banned ? 'NOT ' : ''}NULL`);
    if (query.email) {
      const beginning = query.email.toLowerCase().replaceAll(/[\\%_]/g, String.raw`\$&`);
      select.andWhere('lower(user.email) LIKE :beginning', { beginning: `${beginning}%` });
    }
    const rows = await select.getMany();
    const users = rows.slice(0, query.limit);
    return {
      items: await this.withShops(users),
      nextCursor: rows.length > query.limit ? writeCursor([users.at(-1)?.userId ?? '']) : null,
    };
  }

  private async withShops(users: readonly User[]): Promise<AccountRecord[]> {
    const members = await this.database.manager.find(Member, {
      where: { userId: In(users.map((user) => user.userId)) },
      order: { createdAt: 'ASC' },
    });
    const byUser = Map.groupBy(members, (member) => member.userId);
    return users.map((user) => {
      const shops = (byUser.get(user.userId) ?? []).map(({ shopId, role }) => ({ shopId, role }));
      return accountRecord(user, shops);
    });
  }
}
