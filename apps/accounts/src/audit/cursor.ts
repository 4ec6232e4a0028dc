import { Id } from '#contracts';
import { refuse } from '#service';

/** The id after which a page goes on; undefined at the beginning. A cursor that we did not make is refused. */
export function readCursor(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const id = Buffer.from(cursor, 'base64url').toString();
  if (Id.safeParse(id).success) return id;
  throw refuse('invalid_request', {
    extra: { faults: [{ at: 'query.cursor', message: 'not one of ours' }] },
  });
}

/** The cursor that goes on after `id`. */
export function writeCursor(id: string | undefined): string | null {
  return id === undefined ? null : Buffer.from(id).toString('base64url');
}
