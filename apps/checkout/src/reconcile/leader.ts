import { lockKey } from '#bus';
import type { Logger } from '#process';
import pg from 'pg';

const RETRY_MS = 1_000;

/** One process among several that does what needs doing once; another takes over when it dies. */
export interface Leader {
  readonly leads: boolean;
  stop(): Promise<void>;
}

/** Stands for election: whoever holds the advisory lock `name` leads, as long as its connection lives. */
export function standForLeader(url: string, name: string, logger: Logger): Leader {
  let running = true;
  let leads = false;
  let client: pg.Client | undefined;
  let wake = (): void => undefined;
  const pause = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, RETRY_MS);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  const stand = async (): Promise<void> => {
    while (running) {
      const connection = new pg.Client({ connectionString: url, keepAlive: true });
      const lost = new Promise<void>((resolve) => connection.once('end', resolve));
      connection.on('error', () => undefined);
      client = connection;
      try {
        await connection.connect();
        while (running && !leads) {
          const { rows } = await connection.query<{ got: boolean }>(
            'SELECT pg_try_advisory_lock($1) AS got',
            [lockKey(`leader:${name}`)],
          );
          leads = rows[0]?.got ?? false;
          if (!leads) await pause();
        }
        if (leads) logger.debug({ name }, 'leading');
        if (running) await lost;
      } catch (err) {
        logger.debug({ err, name }, 'standing for leader was interrupted');
      }
      leads = false;
      await connection.end().catch(() => undefined);
      if (running) await pause();
    }
  };
  const loop = stand();
  return {
    get leads() {
      return leads;
    },
    async stop() {
      running = false;
      wake();
      await client?.end().catch(() => undefined);
      await loop;
    },
  };
}
