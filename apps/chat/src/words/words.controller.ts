import {
  addPlatformWordEndpoint,
  addWordEndpoint,
  listPlatformWordsEndpoint,
  listWordsEndpoint,
  removePlatformWordEndpoint,
  removeWordEndpoint,
  type AnswerOf,
  type Identity,
  type InputOf,
  type WordView,
} from '#contracts';
import type { Query } from '#bus';
import { Caller, In, refuse, Serves } from '#service';
import { Controller, Inject } from '@nestjs/common';
import type { Pool } from 'pg';
import { RoomAccess } from '../access/room-access.ts';
import { POOL, QUERY } from '../database/query.ts';
import { actorOf, type Actor } from '../rooms/actor.ts';
import { RuleNews } from '../rooms/rule-news.ts';
import { addWord, readWords, removeWord, type NewWord } from './words.ts';

/** Words that rooms act on: a shop's lists, and the platform's. */
@Controller()
export class WordsController {
  constructor(
    private readonly access: RoomAccess,
    private readonly news: RuleNews,
    @Inject(QUERY) private readonly query: Query,
    @Inject(POOL) private readonly pool: Pool,
  ) {}

  @Serves(listWordsEndpoint)
  async list(
    @In() { params, query }: InputOf<typeof listWordsEndpoint>,
    @Caller() caller: Identity,
  ): Promise<AnswerOf<typeof listWordsEndpoint>> {
    await this.access.require(caller, params.shopId, 'words');
    return readWords(this.query, params.shopId, query);
  }

  @Serves(addWordEndpoint)
  async add(
    @In() { params, body }: InputOf<typeof addWordEndpoint>,
    @Caller() caller: Identity,
  ): Promise<WordView> {
    const { actor } = await this.access.require(caller, params.shopId, 'words');
    return this.#add(actor, { ...body, shopId: params.shopId, showId: body.showId ?? null });
  }

  @Serves(removeWordEndpoint)
  async remove(
    @In() { params }: InputOf<typeof removeWordEndpoint>,
    @Caller() caller: Identity,
  ): Promise<void> {
    const { actor } = await this.access.require(caller, params.shopId, 'words');
    await this.#remove(actor, params.shopId, params.wordId);
  }

  @Serves(listPlatformWordsEndpoint)
  listOfPlatform(
    @In() { query }: InputOf<typeof listPlatformWordsEndpoint>,
  ): Promise<AnswerOf<typeof listPlatformWordsEndpoint>> {
    return readWords(this.query, null, query);
  }

  @Serves(addPlatformWordEndpoint)
  addToPlatform(
    @In() { body }: InputOf<typeof addPlatformWordEndpoint>,
    @Caller() caller: Identity,
  ): Promise<WordView> {
    return this.#add(actorOf(caller, ''), { ...body, shopId: null, showId: null });
  }

  @Serves(removePlatformWordEndpoint)
  removeFromPlatform(
    @In() { params }: InputOf<typeof removePlatformWordEndpoint>,
    @Caller() caller: Identity,
  ): Promise<void> {
    return this.#remove(actorOf(caller, ''), null, params.wordId);
  }

  async #add(actor: Actor, word: NewWord): Promise<WordView> {
    const added = await addWord(this.pool, actor, word, Date.now());
    if (!added.ok) throw refuse(added.code);
    this.news.changed(word.shopId);
    return added.word;
  }

  async #remove(actor: Actor, shopId: string | null, wordId: string): Promise<void> {
    if (!(await removeWord(this.pool, actor, { shopId, wordId }, Date.now()))) throw refuse('not_found');
    this.news.changed(shopId);
  }
}
