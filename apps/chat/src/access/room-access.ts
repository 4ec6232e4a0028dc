import type { ChatRight, Identity, ShowFacts } from '#contracts';
import type { Query } from '#bus';
import { refuse } from '#service';
import { actorOf, rightsOf, type Actor } from '../rooms/actor.ts';
import { maySee } from './may-see.ts';

/** Who may read and do what over HTTP; the same rules as in the rooms. */
export class RoomAccess {
  readonly #query: Query;

  constructor(query: Query) {
    this.#query = query;
  }

  /** The show, if the caller may see it; private shows do not exist for strangers. */
  async show(showId: string, caller: Identity | undefined): Promise<ShowFacts> {
    const [row] = await this.#query<{ facts: ShowFacts }>(
      'SELECT facts FROM show WHERE show_id = $1 AND NOT deleted',
      [showId],
    );
    if (!row || !maySee(row.facts, caller)) throw refuse('not_found');
    return row.facts;
  }

  /** Throws `forbidden` unless the caller has `right` in the shop's rooms; gives them as rooms know them. */
  async require(
    caller: Identity,
    shopId: string,
    right: ChatRight,
  ): Promise<{ actor: Actor; rights: readonly ChatRight[] }> {
    const actor = actorOf(caller, shopId);
    const [given] = await this.#query<{ rights: ChatRight[] }>(
      'SELECT rights FROM room_role WHERE shop_id = $1 AND user_id = $2',
      [shopId, caller.userId],
    );
    const rights = rightsOf(actor, given?.rights);
    if (!rights.includes(right)) throw refuse('forbidden');
    return { actor, rights };
  }

  /** The show, if the caller has `right` in it. */
  async requireIn(caller: Identity, showId: string, right: ChatRight): Promise<ShowFacts> {
    const show = await this.show(showId, caller);
    await this.require(caller, show.shopId, right);
    return show;
  }
}
