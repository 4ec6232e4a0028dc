import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below the range from which Linux and macOS take ports for outgoing connections, so that none of those steals the port. */
const LOWEST_PORT = 20_000;
const HIGHEST_PORT = 32_700;
const ATTEMPTS = 200;

/** A TCP port on which nothing listens at this moment, on any address of this machine. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = randomInt(LOWEST_PORT, HIGHEST_PORT);
    if (await isPortFree(port)) return port;
  }
  throw new Error(`no free TCP port found between ${LOWEST_PORT} and ${HIGHEST_PORT}`);
}

/** Whether a server could listen on this port now; also false where this user may not bind it. */
export async function isPortFree(port: number): Promise<boolean> {
  return (await canListen(port, '0.0.0.0')) && (await canListen(port, '127.0.0.1'));
}

function canListen(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}
