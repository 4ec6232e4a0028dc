import {
  getSnapshotEndpoint,
  getTicksEndpoint,
  listLinesEndpoint,
  listLogEndpoint,
  listQuestionsEndpoint,
  orderCommandEndpoint,
  TICKS_PER_FILE,
  type AnswerOf,
  type ErrorCode,
  type Identity,
  type InputOf,
} from '#contracts';
import type { Query } from '#bus';
import { Caller, In, refuse, reply, Serves } from '#service';
import { Controller, Inject } from '@nestjs/common';
import { maySee } from '../access/may-see.ts';
import { RoomAccess } from '../access/room-access.ts';
import { QUERY } from '../database/query.ts';
import { Feeds } from '../gateway/feeds.ts';
import type { RoomFeed } from '../gateway/room-feed.ts';
import { actorOf } from '../rooms/actor.ts';
import { RoomClient } from '../rooms/room-client.ts';
import { readLines, readQuestions } from './read-lines.ts';
import { readLog } from './read-log.ts';

/** A snapshot serves everybody behind a cache for this long; an incomplete tick file too. */
const SHORT = 'public, max-age=1, stale-while-revalidate=2';
const FOR_EVER = 'public, max-age=31536000, immutable';
const NOT_SHARED = 'private, no-store';
/** A log position or line that exists never changes, but a deletion must be seen soon. */
const REPLAY = 'public, max-age=5';

/** Rooms over HTTP: for pages without a socket, for replays and overlays, and for hosts' commands. */
@Controller()
export class RoomsController {
  constructor(
    private readonly feeds: Feeds,
    private readonly rooms: RoomClient,
    private readonly access: RoomAccess,
    @Inject(QUERY) private readonly query: Query,
  ) {}

  @Serves(getSnapshotEndpoint)
  async snapshot(
    @In() { params }: InputOf<typeof getSnapshotEndpoint>,
    @Caller() caller: Identity | undefined,
  ): Promise<AnswerOf<typeof getSnapshotEndpoint>> {
    const feed = await this.#feed(params.showId, caller);
    return reply(200, feed.view, { 'cache-control': cachingOf(feed, SHORT) });
  }

  @Serves(getTicksEndpoint)
  async ticks(
    @In() { params, query }: InputOf<typeof getTicksEndpoint>,
    @Caller() caller: Identity | undefined,
  ): Promise<AnswerOf<typeof getTicksEndpoint>> {
    const feed = await this.#feed(params.showId, caller);
    const { first } = params;
    const last = first + TICKS_PER_FILE - 1;
    if (query.epoch !== feed.view.epoch || first > feed.view.n + TICKS_PER_FILE) throw refuse('ticks_gone');
    const ticks = await feed.ticksBetween(first, last);
    if (!ticks) throw refuse('ticks_gone');
    const complete = feed.view.n >= last;
    const caching = cachingOf(feed, complete ? FOR_EVER : SHORT);
    return reply(200, { epoch: query.epoch, first, complete, ticks }, { 'cache-control': caching });
  }

  @Serves(listLogEndpoint)
  async log(
    @In() { params, query }: InputOf<typeof listLogEndpoint>,
    @Caller() caller: Identity | undefined,
  ): Promise<AnswerOf<typeof listLogEndpoint>> {
    const show = await this.access.show(params.showId, caller);
    const log = await readLog(this.query, params.showId, query);
    return reply(200, log, { 'cache-control': show.visibility === 'private' ? NOT_SHARED : REPLAY });
  }

  @Serves(listLinesEndpoint)
  async lines(
    @In() input: InputOf<typeof listLinesEndpoint>,
    @Caller() caller: Identity | undefined,
  ): Promise<AnswerOf<typeof listLinesEndpoint>> {
    const show = await this.access.show(input.params.showId, caller);
    const lines = await readLines(this.query, input);
    return reply(200, lines, { 'cache-control': show.visibility === 'private' ? NOT_SHARED : REPLAY });
  }

  @Serves(listQuestionsEndpoint)
  async questions(
    @In() input: InputOf<typeof listQuestionsEndpoint>,
    @Caller() caller: Identity,
  ): Promise<AnswerOf<typeof listQuestionsEndpoint>> {
    await this.access.requireIn(caller, input.params.showId, 'announce');
    return readQuestions(this.query, input);
  }

  @Serves(orderCommandEndpoint)
  async order(
    @In() { params, body }: InputOf<typeof orderCommandEndpoint>,
    @Caller() caller: Identity,
  ): Promise<AnswerOf<typeof orderCommandEndpoint>> {
    const { shopId } = await this.access.show(params.showId, caller);
    const answer = await this.rooms.ask(params.showId, {
      ask: 'command',
      actor: actorOf(caller, shopId),
      id: body.id,
      command: body.command,
    });
    if (answer.ok) return answer as AnswerOf<typeof orderCommandEndpoint>;
    const code: ErrorCode = answer.code === 'moved' ? 'unavailable' : answer.code;
    throw refuse(code, 'detail' in answer && answer.detail ? { detail: answer.detail } : {});
  }

  async #feed(showId: string, caller: Identity | undefined): Promise<RoomFeed> {
    const feed = await this.feeds.get(showId);
    if (!feed || !maySee(feed.show, caller)) throw refuse('not_found');
    return feed;
  }
}

function cachingOf(feed: RoomFeed, caching: string): string {
  return feed.show.visibility === 'private' ? NOT_SHARED : caching;
}
