import type { Logger } from '#process';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { RtmpConnection, type VerifyPublish } from './rtmp-connection.ts';

const CHECK_EVERY_MS = 1_000;
const TLS_HANDSHAKE_MS = 5_000;

export interface RtmpListenerOptions {
  host: string;
  port: number;
  /** PEM texts; with them the listener speaks RTMPS. */
  tls?: { cert: string | Buffer; key: string | Buffer };
  maxConnections: number;
  maxPerAddress: number;
  verify: VerifyPublish;
  logger: Logger;
}

export interface RtmpListener {
  readonly port: number;
  readonly connections: number;
  stop(): Promise<void>;
}

/** Listens for publishers. Rejects when the port is taken. */
export async function listenRtmp(options: RtmpListenerOptions): Promise<RtmpListener> {
  const { host, port, tls, verify, logger } = options;
  const connections = new Set<RtmpConnection>();
  const handleSocket = (socket: Socket): void => {
    if (socket.destroyed) return;
    const connection = new RtmpConnection(socket, verify, logger);
    connections.add(connection);
    socket.once('close', () => connections.delete(connection));
  };
  const server: Server = tls
    ? createTlsServer({ ...tls, handshakeTimeout: TLS_HANDSHAKE_MS }, handleSocket)
    : createServer();
  server.maxConnections = options.maxConnections;
  limitPerAddress(server, options);
  if (!tls) server.on('connection', handleSocket);
  server.on('tlsClientError', (_error, socket: Socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  server.on('error', (err) => logger.error({ err }, 'the RTMP listener failed'));
  const timer = setInterval(() => {
    for (const connection of connections) connection.checkTime();
  }, CHECK_EVERY_MS);
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return connections.size;
    },
    stop: () => stop(server, timer, connections),
  };
}

/** Counts raw connections, so that unfinished TLS handshakes count too. */
function limitPerAddress(server: Server, { maxPerAddress, logger }: RtmpListenerOptions): void {
  const open = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? 'unknown';
    const count = (open.get(address) ?? 0) + 1;
    if (count > maxPerAddress) {
      logger.warn({ address }, 'too many RTMP connections from one address');
      socket.destroy();
      return;
    }
    open.set(address, count);
    socket.once('close', () => {
      const left = (open.get(address) ?? 1) - 1;
      if (left > 0) open.set(address, left);
      else open.delete(address);
    });
  });
}

async function stop(server: Server, timer: NodeJS.Timeout, connections: Set<RtmpConnection>): Promise<void> {
  clearInterval(timer);
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  for (const connection of connections) connection.end('the server stops');
  await closed;
}
