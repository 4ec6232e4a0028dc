import type { Logger } from '#process';
import type { Pool, PoolClient } from 'pg';

const RETRY_MS = 1_000;

/** Tells at once when inputs of a room were committed: PostgreSQL notifies only then. A lost connection is made anew. */
export class InputWatch {
  readonly #pool: Pool;
  readonly #onInput: (showId: string | undefined) => void;
  readonly #logger: Logger;
  #client: PoolClient | undefined;
  #retry: NodeJS.Timeout | undefined;
  #stopped = false;

  /** `onInput` gets the show, or undefined when notices may have been missed. */
  constructor(pool: Pool, onInput: (showId: string | undefined) => void, logger: Logger) {
    this.#pool = pool;
    this.#onInput = onInput;
    this.#logger = logger;
  }

  async start(): Promise<void> {
    try {
      const client = await this.#pool.connect();
      if (this.#stopped) return client.release(true);
      this.#client = client;
      client.on('notification', ({ payload }) => this.#onInput(payload));
      client.on('error', () => this.#lost(client));
      client.on('end', () => this.#lost(client));
      await client.query('LISTEN room_input');
      this.#onInput(undefined);
    } catch (err) {
      this.#logger.warn({ err }, 'cannot listen for inputs of rooms; trying again');
      this.#lost(this.#client);
    }
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#retry);
    this.#client?.release(true);
    this.#client = undefined;
  }

  #lost(client: PoolClient | undefined): void {
    if (client && client === this.#client) {
      this.#client = undefined;
      client.removeAllListeners('notification');
      client.release(true);
    }
    if (this.#stopped || this.#retry) return;
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      void this.start();
    }, RETRY_MS);
  }
}
