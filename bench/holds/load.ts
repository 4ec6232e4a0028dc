import { connect, type Socket } from 'node:net';

/** What came of a run. */
export interface LoadResult {
  /** Answers a second with the wanted status. */
  okPerS: number;
  p50Ms: number;
  p99Ms: number;
  statuses: Map<number, number>;
}

export interface LoadOptions {
  url: string;
  connections: number;
  /** How long to keep asking, or how many requests to send in all. */
  seconds?: number;
  requests?: number;
  /** Status that counts as success. */
  want: number;
  /** The nth request: head fields besides the usual ones, and body. */
  request(nth: number): { path: string; authorization?: string; body: string };
}

/**
 * Asks over a fixed number of connections, one request at a time on each. Raw sockets, because a full HTTP client would
 * take more of the machine than the servers it measures.
 */
export async function load(options: LoadOptions): Promise<LoadResult> {
  const latencies: number[] = [];
  const statuses = new Map<number, number>();
  const started = performance.now();
  const until = options.seconds ? started + options.seconds * 1_000 : Infinity;
  const most = options.requests ?? Infinity;
  let sent = 0;
  const workers = Array.from({ length: options.connections }, async () => {
    const connection = await Connection.open(options.url);
    while (sent < most && performance.now() < until) {
      const { path, authorization, body } = options.request(sent++);
      const begun = performance.now();
      const status = await connection.post(path, authorization, body);
      latencies.push(performance.now() - begun);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    connection.close();
  });
  await Promise.all(workers);
  const elapsedS = (performance.now() - started) / 1_000;
  const sorted = Float64Array.from(latencies).toSorted();
  const quantile = (q: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0;
  return {
    okPerS: (statuses.get(options.want) ?? 0) / elapsedS,
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
    statuses,
  };
}

const HEAD_END = Buffer.from('\r\n\r\n');

class Connection {
  private readonly socket: Socket;
  private readonly host: string;
  private buffer: Buffer = Buffer.alloc(0);
  private waiting: ((status: number) => void) | undefined;

  static open(url: string): Promise<Connection> {
    const { hostname, port } = new URL(url);
    return new Promise((resolve, reject) => {
      const socket = connect({ host: hostname, port: Number(port), noDelay: true });
      socket.once('error', reject);
      socket.once('connect', () => resolve(new Connection(socket, `${hostname}:${port}`)));
    });
  }

  constructor(socket: Socket, host: string) {
    this.socket = socket;
    this.host = host;
    socket.on('data', (chunk) => this.take(chunk));
  }

  post(path: string, authorization: string | undefined, body: string): Promise<number> {
    const auth = authorization ? `authorization: ${authorization}\r\n` : '';
    this.socket.write(
      `POST ${path} HTTP/1.1\r\nhost: ${this.host}\r\n${auth}content-type: application/json\r\n` +
        `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
    return new Promise((resolve) => (this.waiting = resolve));
  }

  close(): void {
    this.socket.destroy();
  }

  private take(chunk: Buffer): void {
    this.buffer = this.buffer.length === 0 ? chunk : Buffer.concat([this.buffer, chunk]);
    const headEnd = this.buffer.indexOf(HEAD_END);
    if (headEnd < 0) return;
    const head = this.buffer.toString('latin1', 0, headEnd);
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
    const end = headEnd + 4 + length;
    if (this.buffer.length < end) return;
    this.buffer = this.buffer.subarray(end);
    const resolve = this.waiting;
    this.waiting = undefined;
    resolve?.(Number(head.slice(9, 12)));
  }
}
