import { In, IsNull, type EntityManager } from 'typeorm';
import { Show } from '../database/entities/show.entity.ts';

/** The show that a publisher of the series opens: the one on air, else the scheduled one that comes (or came due) first. */
export async function showToAir(tx: EntityManager, seriesId: string): Promise<Show | null> {
  const kept = { seriesId, deletedAt: IsNull() };
  const onAir = await tx.findOne(Show, {
    where: { ...kept, state: In(['live', 'paused']) },
    order: { liveAt: 'DESC' },
  });
  if (onAir) return onAir;
  return tx.findOne(Show, {
    where: { ...kept, state: 'scheduled' },
    order: { startsAt: 'ASC', showId: 'ASC' },
  });
}
