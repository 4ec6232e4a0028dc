import { Id, type AnswerOf, type listAuditEndpoint, type PageQuery } from '#contracts';
import { readCursor, writeCursor } from '#service';
import { z } from 'zod';
import { DataSource, LessThan, type FindOptionsWhere } from 'typeorm';
import { AuditRow } from '../database/entities/audit-row.entity.ts';

type AuditPage = AnswerOf<typeof listAuditEndpoint>;

/** Sort key of a page's last entry. */
const PageAfter = z.tuple([Id]);

/** Pages of the audit record, latest first. */
export class ReadAudit {
  private readonly database: DataSource;

  constructor(database: DataSource) {
    this.database = database;
  }

  async list(
    filter: { shopId?: string; subjectId?: string; actorId?: string },
    { limit, cursor }: PageQuery,
  ): Promise<AuditPage> {
    const where: FindOptionsWhere<AuditRow> = {};
    if (filter.shopId) where.shopId = filter.shopId;
    if (filter.subjectId) where.subjectId = filter.subjectId;
    if (filter.actorId) where.actorId = filter.actorId;
    const after = readCursor(cursor, PageAfter);
    if (after) where.auditId = LessThan(after[0]);
    const rows = await this.database.manager.find(AuditRow, {
      where,
      order: { auditId: 'DESC' },
      take: limit + 1,
    });
    const items = rows.slice(0, limit);
    return {
      items: items.map(auditEntry),
      nextCursor: rows.length > limit ? writeCursor([items.at(-1)?.auditId ?? '']) : null,
    };
  }
}

export function auditEntry(row: AuditRow): AuditPage['items'][number] {
  const { auditId, at, actorId, action, subjectId, shopId, data } = row;
  return { auditId, at: at.toISOString(), actorId, action, subjectId, shopId, data };
}
