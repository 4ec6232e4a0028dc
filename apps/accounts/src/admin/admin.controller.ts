import {
  banAccountEndpoint,
  createPasswordResetEndpoint,
  findAccountsEndpoint,
  getAccountEndpoint,
  listAuditEndpoint,
  rotateKeysEndpoint,
  setPlatformRolesEndpoint,
  unbanAccountEndpoint,
  type AccountRecord,
  type AnswerOf,
  type Identity,
  type InputOf,
} from '#contracts';
import { Caller, In, refuse, Serves, TOKENS, type TokenVerifier } from '#service';
import { Controller, Inject, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ReadAudit } from '../audit/read-audit.ts';
import { PasswordResetLinks } from '../passwords/password-reset-links.ts';
import { RotateKeys } from '../tokens/rotate-keys.ts';
import { FindAccounts } from './find-accounts.ts';
import { mayBan, Staff } from './staff.ts';

/** What platform staff see and do. */
@Controller()
export class AdminController {
  constructor(
    private readonly accounts: FindAccounts,
    private readonly staff: Staff,
    private readonly audit: ReadAudit,
    private readonly keys: RotateKeys,
    private readonly resets: PasswordResetLinks,
    @Inject(TOKENS) private readonly tokens: TokenVerifier,
  ) {}

  @Serves(findAccountsEndpoint)
  find(@In() input: InputOf<typeof findAccountsEndpoint>): Promise<AnswerOf<typeof findAccountsEndpoint>> {
    return this.accounts.list(input);
  }

  @Serves(getAccountEndpoint)
  async get(@In() { params }: InputOf<typeof getAccountEndpoint>): Promise<AccountRecord> {
    const record = await this.accounts.one(params.userId);
    if (!record) throw refuse('user_not_found');
    return record;
  }

  @Serves(banAccountEndpoint)
  async ban(
    @In() { params, body }: InputOf<typeof banAccountEndpoint>,
    @Caller() caller: Identity,
    @Req() { ip: address }: FastifyRequest,
  ): Promise<AccountRecord> {
    if (!mayBan(caller)) throw refuse('forbidden');
    const outcome = await this.staff.ban(params.userId, body.reason, { caller, address });
    if (!outcome.ok) throw refuse(outcome.code);
    for (const sessionId of outcome.ended) this.tokens.revokeSession(sessionId);
    return outcome.record;
  }

  @Serves(unbanAccountEndpoint)
  async unban(
    @In() { params }: InputOf<typeof unbanAccountEndpoint>,
    @Caller() caller: Identity,
    @Req() { ip: address }: FastifyRequest,
  ): Promise<AccountRecord> {
    if (!mayBan(caller)) throw refuse('forbidden');
    const outcome = await this.staff.unban(params.userId, { caller, address });
    if (!outcome.ok) throw refuse(outcome.code);
    return outcome.record;
  }

  @Serves(createPasswordResetEndpoint)
  async createPasswordReset(
    @In() { params }: InputOf<typeof createPasswordResetEndpoint>,
    @Caller() caller: Identity,
    @Req() { ip: address }: FastifyRequest,
  ): Promise<AnswerOf<typeof createPasswordResetEndpoint>> {
    const outcome = await this.resets.make(params.userId, { caller, address });
    if (!outcome.ok) throw refuse(outcome.code);
    return outcome.link;
  }

  @Serves(setPlatformRolesEndpoint)
  async setRoles(
    @In() { params, body }: InputOf<typeof setPlatformRolesEndpoint>,
    @Caller() caller: Identity,
    @Req() { ip: address }: FastifyRequest,
  ): Promise<AccountRecord> {
    const outcome = await this.staff.setRoles(params.userId, body.platformRoles, { caller, address });
    if (!outcome.ok) throw refuse(outcome.code);
    for (const sessionId of outcome.ended) this.tokens.revokeSession(sessionId);
    return outcome.record;
  }

  @Serves(listAuditEndpoint)
  record(@In() { query }: InputOf<typeof listAuditEndpoint>): Promise<AnswerOf<typeof listAuditEndpoint>> {
    return this.audit.list(query, query);
  }

  @Serves(rotateKeysEndpoint)
  async rotate(
    @In() { body }: InputOf<typeof rotateKeysEndpoint>,
    @Caller() caller: Identity,
    @Req() { ip: address }: FastifyRequest,
  ): Promise<AnswerOf<typeof rotateKeysEndpoint>> {
    return { keyId: await this.keys.rotate(body.discard, caller.userId, address) };
  }
}
