import { setTimeout as delay } from 'node:timers/promises';
import type { RunningServer } from '../servers/server-process.ts';

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;

/** A private server that is started again, on the same port and data, whenever it ends unasked. */
export interface KeptServer {
  url: string;
  stop(): Promise<void>;
}

/** Starts a server and keeps it running until it is stopped. `start` gets the port of the first start. */
export async function keepServer(
  name: string,
  start: (port: number | undefined) => Promise<RunningServer>,
  say: (text: string) => void,
): Promise<KeptServer> {
  let server = await start(undefined);
  const { url, port } = server;
  const stopping = new AbortController();
  const life = live();
  return {
    url,
    async stop() {
      stopping.abort();
      await server.stop();
      await life;
    },
  };

  async function live(): Promise<void> {
    for (;;) {
      const { code, signal } = await server.exited;
      if (stopping.signal.aborted) return;
      say(`${name} ended (${signal ?? `code ${code}`}): starting it again.`);
      await startAgain();
      if (stopping.signal.aborted) return server.stop();
    }
  }

  async function startAgain(): Promise<void> {
    for (let wait = FIRST_DELAY_MS; !stopping.signal.aborted; wait = Math.min(wait * 2, LONGEST_DELAY_MS)) {
      try {
        server = await start(port);
        return;
      } catch (error) {
        say(
          `${name} does not start: ${(error as Error).message.split('\n')[0]}. Trying again in ${wait / 1000} s.`,
        );
        await delay(wait, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
  }
}
