import {
  followShopEndpoint,
  getChatSettingsEndpoint,
  listFollowsEndpoint,
  setChatSettingsEndpoint,
  unfollowShopEndpoint,
  type AnswerOf,
  type Identity,
  type InputOf,
} from '#contracts';
import type { Query } from '#bus';
import { Caller, In, readCursor, refuse, Serves, writeCursor } from '#service';
import { Controller, Inject } from '@nestjs/common';
import { z } from 'zod';
import { QUERY } from '../database/query.ts';

const MOST_FOLLOWS = 1_000;

/** What people choose for themselves. */
@Controller()
export class MeController {
  constructor(@Inject(QUERY) private readonly query: Query) {}

  @Serves(getChatSettingsEndpoint)
  async settings(@Caller() caller: Identity): Promise<AnswerOf<typeof getChatSettingsEndpoint>> {
    const [row] = await this.query<{ shows: boolean }>('SELECT shows FROM badge_choice WHERE user_id = $1', [
      caller.userId,
    ]);
    return { showsBuyerBadge: row?.shows ?? false };
  }

  @Serves(setChatSettingsEndpoint)
  async choose(
    @In() { body }: InputOf<typeof setChatSettingsEndpoint>,
    @Caller() caller: Identity,
  ): Promise<AnswerOf<typeof setChatSettingsEndpoint>> {
    await this.query(
      `INSERT INTO badge_choice (user_id, shows) VALUES ($1, $2) ON CONFLICT (user_id) DO UPDATE SET shows = $2`,
      [caller.userId, body.showsBuyerBadge],
    );
    return body;
  }

  @Serves(listFollowsEndpoint)
  async follows(
    @In() { query: filter }: InputOf<typeof listFollowsEndpoint>,
    @Caller() caller: Identity,
  ): Promise<AnswerOf<typeof listFollowsEndpoint>> {
    const after = readCursor(filter.cursor, z.tuple([z.iso.datetime(), z.uuid()]));
    const rows = await this.query<{ shop_id: string; since: Date }>(
      `SELECT shop_id, date_trunc('milliseconds', since) AS since FROM follower
       WHERE user_id = $1
         AND ($2::timestamptz IS NULL OR (date_trunc('milliseconds', since), shop_id) < ($2, $3::uuid))
       ORDER BY 2 DESC, shop_id DESC LIMIT $4`,
      [caller.userId, after?.[0] ?? null, after?.[1] ?? null, filter.limit + 1],
    );
    const items = rows
      .slice(0, filter.limit)
      .map((row) => ({ shopId: row.shop_id, since: row.since.toISOString() }));
    const last = items.at(-1);
    return {
      items,
      nextCursor: rows.length > filter.limit && last ? writeCursor([last.since, last.shopId]) : null,
    };
  }

  @Serves(followShopEndpoint)
  async follow(
    @In() { params }: InputOf<typeof followShopEndpoint>,
    @Caller() caller: Identity,
  ): Promise<AnswerOf<typeof followShopEndpoint>> {
    const [known] = await this.query<{ shops: number }>(
      'SELECT count(*)::int AS shops FROM follower WHERE user_id = $1 AND shop_id <> $2',
      [caller.userId, params.shopId],
    );
    if ((known?.shops ?? 0) >= MOST_FOLLOWS) throw refuse('too_many_follows');
    const [row] = await this.query<{ since: Date }>(
      `INSERT INTO follower AS f (shop_id, user_id) VALUES ($1, $2)
       ON CONFLICT (shop_id, user_id) DO UPDATE SET since = f.since RETURNING since`,
      [params.shopId, caller.userId],
    );
    return { shopId: params.shopId, since: (row?.since ?? new Date()).toISOString() };
  }

  @Serves(unfollowShopEndpoint)
  async unfollow(
    @In() { params }: InputOf<typeof unfollowShopEndpoint>,
    @Caller() caller: Identity,
  ): Promise<void> {
    await this.query('DELETE FROM follower WHERE shop_id = $1 AND user_id = $2', [
      params.shopId,
      caller.userId,
    ]);
  }
}
