import {
  createShowEndpoint,
  deleteShowEndpoint,
  getShowEndpoint,
  listShopShowsEndpoint,
  listShowsEndpoint,
  updateShowEndpoint,
  type AnswerOf,
  type Identity,
  type InputOf,
  type ShowDetail,
  type ShowView,
} from '#contracts';
import { Caller, In, Serves } from '#service';
import { Controller } from '@nestjs/common';
import { refuseOutcome } from '../access/refuse-outcome.ts';
import { ShopAccess } from '../access/shop-access.ts';
import { CreateShow } from './create-show.ts';
import { EditShow } from './edit-show.ts';
import { ReadShows } from './read-shows.ts';
import { ShowAccess } from './show-access.ts';

/** Shows: announced and changed by the shop's people, found by everybody. */
@Controller()
export class ShowsController {
  constructor(
    private readonly shopAccess: ShopAccess,
    private readonly access: ShowAccess,
    private readonly shows: ReadShows,
    private readonly createShow: CreateShow,
    private readonly edit: EditShow,
  ) {}

  @Serves(createShowEndpoint)
  async create(
    @In() input: InputOf<typeof createShowEndpoint>,
    @Caller() caller: Identity,
  ): Promise<ShowView> {
    await this.shopAccess.require(caller, input.params.shopId, 'shows:write');
    const outcome = await this.createShow.create(input, caller.userId);
    if (!outcome.ok) throw refuseOutcome(outcome);
    return outcome.show;
  }

  @Serves(updateShowEndpoint)
  async update(
    @In() input: InputOf<typeof updateShowEndpoint>,
    @Caller() caller: Identity,
  ): Promise<ShowView> {
    await this.access.require(caller, input.params.showId, 'shows:write');
    const outcome = await this.edit.update(input);
    if (!outcome.ok) throw refuseOutcome(outcome);
    return outcome.show;
  }

  @Serves(deleteShowEndpoint)
  async remove(
    @In() { params }: InputOf<typeof deleteShowEndpoint>,
    @Caller() caller: Identity,
  ): Promise<void> {
    await this.access.require(caller, params.showId, 'shows:write');
    const outcome = await this.edit.remove(params.showId);
    if (!outcome.ok) throw refuseOutcome(outcome);
  }

  @Serves(listShowsEndpoint)
  list(@In() input: InputOf<typeof listShowsEndpoint>): Promise<AnswerOf<typeof listShowsEndpoint>> {
    return this.shows.list(input);
  }

  @Serves(listShopShowsEndpoint)
  async listOfShop(
    @In() input: InputOf<typeof listShopShowsEndpoint>,
    @Caller() caller: Identity,
  ): Promise<AnswerOf<typeof listShopShowsEndpoint>> {
    const { shopId } = input.params;
    if (!(await this.shopAccess.isInside(caller, shopId))) {
      await this.shopAccess.require(caller, shopId, 'shows:write');
    }
    return this.shows.ofShop(input);
  }

  @Serves(getShowEndpoint)
  async get(
    @In() { params }: InputOf<typeof getShowEndpoint>,
    @Caller() caller: Identity | undefined,
  ): Promise<ShowDetail> {
    const { show, inside } = await this.access.see(caller, params.showId);
    return this.shows.detail(show, inside);
  }
}
