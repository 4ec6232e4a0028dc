import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { gauge } from '#process';
import type { Logger } from '#process';
import { openStore } from '#storage';
import type { ObjectStore } from '#storage';
import { PlaybackTokens } from './access/playback-token.ts';
import { ShowDesks } from './delivery/show-desks.ts';
import { FfmpegRunner } from './ffmpeg/run-ffmpeg.ts';
import { followChat } from './log/follow-chat.ts';
import { ShowLogs } from './log/show-logs.ts';
import type { OriginEnv } from './origin.env.ts';
import { PictureDesk } from './pictures/picture-desk.ts';
import { Announcer } from './recordings/announcer.ts';
import { finishRecording } from './recordings/finish-recording.ts';
import { loadRecording } from './recordings/load-recording.ts';
import { RecordingCards } from './recordings/recording-cards.ts';
import { Recordings } from './recordings/recordings.ts';
import { removeExpired } from './retention/remove-expired.ts';
import { RetentionBook } from './retention/retention-book.ts';
import { deleteShowMedia } from './shows/delete-show.ts';
import { catalogAsker, ShowBook } from './shows/show-book.ts';
import { endStream } from './streams/change-phase.ts';
import type { ShowStream } from './streams/show-stream.ts';
import { Spool } from './streams/spool.ts';
import { StoreKeeper } from './streams/store-keeper.ts';
import { StreamShelf } from './streams/stream-shelf.ts';

/** How often recordings are looked through for those whose time is up. */
const RETENTION_EVERY_MS = 3_600_000;

/** The parts of a running origin. */
export interface Origin {
  env: OriginEnv;
  logger: Logger;
  shelf: StreamShelf;
  desks: ShowDesks;
  pictures: PictureDesk;
  logs: ShowLogs;
  shows: ShowBook;
  tokens: PlaybackTokens;
  store: ObjectStore;
  runner: FfmpegRunner;
  cards: RecordingCards;
  recordings: Recordings;
  retention: RetentionBook;
  announcer: Announcer;
  /** Closes a show's playlists for good. */
  endShow(showId: string): Promise<void>;
  /** Removes everything of a show. */
  deleteShow(showId: string, shopId: string): Promise<void>;
  /** Sends waiting viewers and writers away, so that the server can close. */
  release(): void;
  /** Closes files; after the server has closed. */
  stop(): Promise<void>;
}

/** Puts the parts together and takes up what a former run left on the disk. */
export async function openOrigin(env: OriginEnv, logger: Logger): Promise<Origin> {
  const parts = makeParts(env, logger);
  const { shelf, desks, pictures, logs, keeper, store, recordings, removeMedia, cards } = parts;
  const stopping = new AbortController();
  const { signal } = stopping;
  await rm(clipFolder(env), { recursive: true, force: true });
  logs.onChange((stream) => desks.of(stream).forgetRendered());
  const complete = async (stream: ShowStream): Promise<void> => {
    await pictures.finish(stream);
    await (await logs.of(stream)).finish();
    await recordings.add(stream);
  };
  shelf.onStream((stream) => {
    pictures.follow(stream);
    void logs
      .of(stream)
      .catch((err: unknown) => logger.warn({ err, showId: stream.showId }, 'show log unreadable'));
    if (env.CHAT_URL) {
      void followChat(stream, {
        chatUrl: env.CHAT_URL,
        internalToken: env.INTERNAL_TOKEN,
        logs,
        logger,
        signal,
      });
    }
    whenEnded(stream, () => void finishRecording(stream, { shelf, keeper, store, logger, signal, complete }));
  });
  await shelf.recover();
  gauge('origin_viewers_waiting', 'Playlist requests that wait for their part.', [], function () {
    this.set(desks.waiting);
  });
  gauge('origin_store_backlog', 'Files that wait for the object store.', [], function () {
    this.set(keeper.backlog);
  });
  const stopRetention = startRetention(parts, logger);
  return {
    ...parts,
    env,
    logger,
    async endShow(showId) {
      const stream = await shelf.find(showId);
      if (stream) await endStream(stream);
    },
    async deleteShow(showId, shopId) {
      await removeMedia(showId);
      await cards.delete(shopId, showId);
    },
    release: () => desks.stop(),
    async stop() {
      stopping.abort();
      stopRetention();
      await pictures.stop();
      await keeper.stop();
      await shelf.stop();
      store.stop();
    },
  };
}

/** Where clips are made. */
export function clipFolder(env: OriginEnv): string {
  return join(env.DATA_DIR, 'clips');
}

function makeParts(env: OriginEnv, logger: Logger) {
  const store = openStore(env, join(env.DATA_DIR, 'store'));
  const spools = join(env.DATA_DIR, 'live');
  const pathOf = (showId: string, rendition: string, name: string): string =>
    new Spool(join(spools, showId)).pathOf(rendition, name);
  const keeper = new StoreKeeper(store, pathOf, logger);
  const shelf = new StreamShelf({
    folder: spools,
    keeper,
    logger,
    loadRecording: (showId) => loadRecording(store, showId),
  });
  const asker = env.CATALOG_URL ? catalogAsker(env.CATALOG_URL, env.INTERNAL_TOKEN, logger) : undefined;
  const shows = new ShowBook(join(env.DATA_DIR, 'shows'), asker);
  const logs = new ShowLogs(store);
  const desks = new ShowDesks((stream) => logs.dateRanges(stream));
  const runner = new FfmpegRunner(env.FFMPEG_PATH);
  const pictures = new PictureDesk({ runner, store, logger });
  const cards = new RecordingCards(store);
  const announcer = new Announcer();
  const removeMedia = async (showId: string): Promise<void> => {
    await pictures.drop(showId);
    const objects = await deleteShowMedia(showId, { shelf, desks, keeper, store });
    logger.info({ showId, objects }, 'media of a show removed');
  };
  const recordings = new Recordings({ cards, shows, announcer, logger, removeMedia });
  const retention = new RetentionBook(store, env.RETENTION_DAYS ?? null);
  const tokens = new PlaybackTokens(env.INTERNAL_TOKEN);
  return {
    ...{ store, keeper, shelf, shows, logs, desks, runner, pictures, cards },
    ...{ announcer, removeMedia, recordings, retention, tokens },
  };
}

/** Looks for what is due soon after the start and every hour; gives back the function that ends it. */
function startRetention(
  { cards, retention, recordings }: Pick<Origin, 'cards' | 'retention' | 'recordings'>,
  logger: Logger,
): () => void {
  const look = async (): Promise<void> => {
    try {
      await removeExpired(Date.now(), {
        cards,
        retention,
        logger,
        remove: (card) => recordings.remove(card),
      });
    } catch (err) {
      logger.warn({ err }, 'recordings whose time is up wait for the next look');
    }
  };
  const begin = async (): Promise<void> => {
    await recordings
      .finishInterrupted()
      .catch((err: unknown) => logger.warn({ err }, 'recordings were not looked through'));
    await look();
  };
  void begin();
  const timer = setInterval(() => void look(), RETENTION_EVERY_MS);
  return () => clearInterval(timer);
}

/** Calls back once when the stream ends, or at once when it has. */
function whenEnded(stream: ShowStream, then: () => void): void {
  if (stream.rows.phase === 'ended') return then();
  const stopListening = stream.onChange(() => {
    if (stream.rows.phase !== 'ended') return;
    stopListening();
    then();
  });
}
