import {
  askUnbanEndpoint,
  decideUnbanEndpoint,
  getPersonEndpoint,
  listChatAuditEndpoint,
  listChatRolesEndpoint,
  listQueueEndpoint,
  listSanctionsEndpoint,
  listUnbanRequestsEndpoint,
  removeChatRoleEndpoint,
  setChatRoleEndpoint,
  type AnswerOf,
  type Identity,
  type InputOf,
} from '#contracts';
import type { Query } from '#bus';
import { Caller, In, refuse, Serves } from '#service';
import { Controller, Inject } from '@nestjs/common';
import type { Pool } from 'pg';
import { listAudit } from '../access/list-audit.ts';
import { RoomAccess } from '../access/room-access.ts';
import { POOL, QUERY } from '../database/query.ts';
import { RuleNews } from '../rooms/rule-news.ts';
import { readPerson, readQueue, readSanctions, readUnbanRequests } from './read-people.ts';
import { readRoles, removeRole, setRole } from './roles.ts';
import { askUnban, decideUnban } from './unban.ts';

/** The moderators' desk: who waits, who is restricted, who may what, who did what. */
@Controller()
export class PeopleController {
  constructor(
    private readonly access: RoomAccess,
    private readonly news: RuleNews,
    @Inject(QUERY) private readonly query: Query,
    @Inject(POOL) private readonly pool: Pool,
  ) {}

  @Serves(listQueueEndpoint)
  async queue(
    @In() input: InputOf<typeof listQueueEndpoint>,
    @Caller() caller: Identity,
  ): Promise<AnswerOf<typeof listQueueEndpoint>> {
    await this.access.requireIn(caller, input.params.showId, 'queue');
    return readQueue(this.query, input);
  }

  @Serves(getPersonEndpoint)
  async person(
    @In() input: InputOf<typeof getPersonEndpoint>,
    @Caller() caller: Identity,
  ): Promise<AnswerOf<typeof getPersonEndpoint>> {
    const { shopId } = await this.access.requireIn(caller, input.params.showId, 'delete');
    return readPerson(this.query, input, shopId);
  }

  @Serves(listSanctionsEndpoint)
  async sanctions(
    @In() input: InputOf<typeof listSanctionsEndpoint>,
    @Caller() caller: Identity,
  ): Promise<AnswerOf<typeof listSanctionsEndpoint>> {
    await this.access.require(caller, input.params.shopId, 'timeout');
    return readSanctions(this.query, input, Date.now());
  }

  @Serves(askUnbanEndpoint)
  async ask(
    @In() { params, body }: InputOf<typeof askUnbanEndpoint>,
    @Caller() caller: Identity,
  ): Promise<AnswerOf<typeof askUnbanEndpoint>> {
    const asked = await askUnban(this.query, params.shopId, caller, body.message, Date.now());
    if (!asked.ok) throw refuse(asked.code);
    return { requestId: asked.requestId, state: asked.state };
  }

  @Serves(listUnbanRequestsEndpoint)
  async requests(
    @In() input: InputOf<typeof listUnbanRequestsEndpoint>,
    @Caller() caller: Identity,
  ): Promise<AnswerOf<typeof listUnbanRequestsEndpoint>> {
    await this.access.require(caller, input.params.shopId, 'ban');
    return readUnbanRequests(this.query, input);
  }

  @Serves(decideUnbanEndpoint)
  async decide(
    @In() { params, body }: InputOf<typeof decideUnbanEndpoint>,
    @Caller() caller: Identity,
  ): Promise<AnswerOf<typeof decideUnbanEndpoint>> {
    const { actor } = await this.access.require(caller, params.shopId, 'ban');
    const decided = await decideUnban(this.pool, actor, { ...params, ...body }, Date.now());
    if (!decided.ok) throw refuse(decided.code);
    if (decided.lifted) this.news.changed(params.shopId);
    return { requestId: params.requestId, state: decided.state };
  }

  @Serves(listChatRolesEndpoint)
  async roles(
    @In() input: InputOf<typeof listChatRolesEndpoint>,
    @Caller() caller: Identity,
  ): Promise<AnswerOf<typeof listChatRolesEndpoint>> {
    await this.access.require(caller, input.params.shopId, 'roles');
    return readRoles(this.query, input);
  }

  @Serves(setChatRoleEndpoint)
  async setRole(
    @In() { params, body }: InputOf<typeof setChatRoleEndpoint>,
    @Caller() caller: Identity,
  ): Promise<AnswerOf<typeof setChatRoleEndpoint>> {
    const { actor, rights } = await this.access.require(caller, params.shopId, 'roles');
    if (body.rights.some((right) => !rights.includes(right))) throw refuse('forbidden');
    const role = await setRole(this.pool, actor, { ...params, ...body }, Date.now());
    this.news.changed(params.shopId);
    return role;
  }

  @Serves(removeChatRoleEndpoint)
  async removeRole(
    @In() { params }: InputOf<typeof removeChatRoleEndpoint>,
    @Caller() caller: Identity,
  ): Promise<void> {
    const { actor } = await this.access.require(caller, params.shopId, 'roles');
    if (!(await removeRole(this.pool, actor, params, Date.now()))) throw refuse('not_found');
    this.news.changed(params.shopId);
  }

  @Serves(listChatAuditEndpoint)
  async audit(
    @In() input: InputOf<typeof listChatAuditEndpoint>,
    @Caller() caller: Identity,
  ): Promise<AnswerOf<typeof listChatAuditEndpoint>> {
    await this.access.require(caller, input.params.shopId, 'audit');
    return listAudit(this.query, input);
  }
}
