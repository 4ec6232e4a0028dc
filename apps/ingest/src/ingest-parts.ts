import type { Query } from '#bus';
import type { Pool } from 'pg';
import type { Publishers } from './streams/publishers.ts';

/** What the controllers and the feed share. */
export class IngestParts {
  readonly pool: Pool;
  readonly query: Query;
  readonly publishers: Publishers;
  /** What people enter in OBS. */
  readonly addresses: { server: string; secureServer: string | null };
  readonly nodeUrl: string;
  readonly isDraining: () => boolean;

  constructor(parts: Omit<IngestParts, never>) {
    this.pool = parts.pool;
    this.query = parts.query;
    this.publishers = parts.publishers;
    this.addresses = parts.addresses;
    this.nodeUrl = parts.nodeUrl;
    this.isDraining = parts.isDraining;
  }
}
