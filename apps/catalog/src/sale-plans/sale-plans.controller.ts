import {
  changeSalePlanEndpoint,
  listSalePlansEndpoint,
  planSaleEndpoint,
  removeSalePlanEndpoint,
  type AnswerOf,
  type Identity,
  type InputOf,
  type SalePlanView,
} from '#contracts';
import { Caller, In, refuse, Serves } from '#service';
import { Controller } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { refuseOutcome } from '../access/refuse-outcome.ts';
import { ShowAccess } from '../shows/show-access.ts';
import { PlanSale } from './plan-sale.ts';
import { plansOf } from './plan-views.ts';

/** Flash sales of a show, before they start. */
@Controller()
export class SalePlansController {
  constructor(
    private readonly database: DataSource,
    private readonly access: ShowAccess,
    private readonly planSale: PlanSale,
  ) {}

  @Serves(planSaleEndpoint)
  async plan(
    @In() input: InputOf<typeof planSaleEndpoint>,
    @Caller() caller: Identity,
  ): Promise<SalePlanView> {
    await this.access.require(caller, input.params.showId, 'sales:run');
    const outcome = await this.planSale.plan(input, caller.userId);
    if (!outcome.ok) throw refuseOutcome(outcome);
    return outcome.plan;
  }

  @Serves(changeSalePlanEndpoint)
  async change(
    @In() input: InputOf<typeof changeSalePlanEndpoint>,
    @Caller() caller: Identity,
  ): Promise<SalePlanView> {
    await this.access.require(caller, input.params.showId, 'sales:run');
    const outcome = await this.planSale.change(input);
    if (!outcome.ok) throw refuseOutcome(outcome);
    return outcome.plan;
  }

  @Serves(removeSalePlanEndpoint)
  async remove(
    @In() { params }: InputOf<typeof removeSalePlanEndpoint>,
    @Caller() caller: Identity,
  ): Promise<void> {
    await this.access.require(caller, params.showId, 'sales:run');
    if (!(await this.planSale.remove(params.showId, params.saleId))) throw refuse('sale_plan_not_found');
  }

  @Serves(listSalePlansEndpoint)
  async list(
    @In() { params }: InputOf<typeof listSalePlansEndpoint>,
    @Caller() caller: Identity | undefined,
  ): Promise<AnswerOf<typeof listSalePlansEndpoint>> {
    const { show } = await this.access.see(caller, params.showId);
    return { items: await plansOf(this.database.manager, show.showId) };
  }
}
