import { callEndpoint, getShowFactsEndpoint } from '#contracts';
import type { ShowFacts } from '#contracts';
import { boundedCache } from '#process';
import type { Logger } from '#process';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What the origin knows of a show: catalog's facts, or that it was deleted. */
export type ShowRecord =
  | {
      kind: 'known';
      version: number;
      facts: Pick<ShowFacts, 'showId' | 'shopId' | 'title' | 'visibility' | 'state' | 'goLive'>;
      /** The recording was removed; the show itself is still there. */
      mediaRemoved?: boolean;
    }
  | { kind: 'deleted'; version: number; mediaRemoved?: undefined };

/** Asks catalog for a show; `unreachable` when it gave no answer. */
export type AskCatalog = (showId: string) => Promise<ShowRecord | 'not found' | 'unreachable'>;

const SHOWS_IN_MEMORY = 10_000;
const SHOW_ID = /^[0-9a-f-]{36}$/;

/** Shows by id: from memory, from the local disk, from catalog. Written by catalog's events, newer versions only. */
export class ShowBook {
  private readonly folder: string;
  private readonly askCatalog: AskCatalog | undefined;
  private readonly memory = boundedCache<ShowRecord>(SHOWS_IN_MEMORY);
  private readonly asking = new Map<string, Promise<ShowRecord | 'not found' | 'unreachable'>>();

  constructor(folder: string, askCatalog: AskCatalog | undefined) {
    this.folder = folder;
    this.askCatalog = askCatalog;
  }

  /** Without a catalog to ask, every show is taken to be public: an origin that runs by itself. */
  get trustsEveryone(): boolean {
    return this.askCatalog === undefined;
  }

  async find(showId: string): Promise<ShowRecord | 'not found' | 'unreachable'> {
    if (!SHOW_ID.test(showId)) return 'not found';
    const known = this.memory.get(showId) ?? (await this.readFile(showId));
    if (known) {
      this.memory.set(showId, known);
      return known;
    }
    return this.ask(showId);
  }

  /** Records what an event said; an older version than the one known changes nothing. */
  async record(showId: string, record: ShowRecord): Promise<void> {
    const known = this.memory.get(showId) ?? (await this.readFile(showId));
    if (known && (known.version > record.version || known.kind === 'deleted')) return;
    await this.write(
      showId,
      known?.mediaRemoved && record.kind === 'known' ? { ...record, mediaRemoved: true } : record,
    );
  }

  /** The recording of a show was removed: nothing of it may be played from a cache either. */
  async markRemoved(showId: string): Promise<void> {
    const known = await this.find(showId);
    if (typeof known === 'object' && known.kind === 'known')
      await this.write(showId, { ...known, mediaRemoved: true });
  }

  private async write(showId: string, record: ShowRecord): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const path = this.pathOf(showId);
    await writeFile(`${path}.new`, JSON.stringify(record));
    await rename(`${path}.new`, path);
    this.memory.set(showId, record);
  }

  private async ask(showId: string): Promise<ShowRecord | 'not found' | 'unreachable'> {
    if (!this.askCatalog) return 'not found';
    const under = this.asking.get(showId);
    if (under) return under;
    const asking = this.askCatalog(showId).finally(() => this.asking.delete(showId));
    this.asking.set(showId, asking);
    const answer = await asking;
    if (typeof answer === 'object') await this.record(showId, answer);
    return answer;
  }

  private async readFile(showId: string): Promise<ShowRecord | undefined> {
    try {
      return JSON.parse(await readFile(this.pathOf(showId), 'utf8')) as ShowRecord;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  private pathOf(showId: string): string {
    return join(this.folder, `${showId}.json`);
  }
}

/** Asks the catalog process over HTTP. */
export function catalogAsker(catalogUrl: string, internalToken: string, logger: Logger): AskCatalog {
  return async (showId) => {
    const options = {
      headers: { authorization: `Bearer ${internalToken}` },
      signal: AbortSignal.timeout(2_000),
    };
    const answer = await callEndpoint(
      fetch,
      catalogUrl,
      getShowFactsEndpoint,
      { params: { showId } },
      options,
    ).catch(() => undefined);
    if (answer?.ok) return recordOf(answer.body, answer.body.version);
    if (answer?.status === 404) return 'not found';
    logger.warn({ showId, status: answer?.status }, 'catalog did not say what a show is');
    return 'unreachable';
  };
}

/** What is kept of catalog's facts. */
export function recordOf(
  { showId, shopId, title, visibility, state, goLive }: ShowFacts,
  version: number,
): ShowRecord {
  return { kind: 'known', version, facts: { showId, shopId, title, visibility, state, goLive } };
}
