import { Agent, request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';

/** An answer of the origin above, whole and as it was sent (compressed where it was). */
export interface UpstreamAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** Longer than the origin holds a request back. */
const TIMEOUT_MS = 12_000;

/** Largest answer taken: a segment of eight seconds at 50 Mbit/s. */
const ANSWER_LIMIT_BYTES = 64 * 1024 * 1024;

/** Asks the origin above, over connections that stay open. */
export class Upstream {
  private readonly url: string;
  private readonly agent = new Agent({ keepAlive: true, maxFreeSockets: 64 });

  constructor(url: string) {
    this.url = url.replace(/\/$/, '');
  }

  /** Rejects when there is no whole answer. */
  get(path: string): Promise<UpstreamAnswer> {
    return new Promise((resolve, reject) => {
      const asking = request(this.url + path, {
        agent: this.agent,
        headers: { 'accept-encoding': 'gzip' },
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      asking.once('error', reject);
      asking.once('response', (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > ANSWER_LIMIT_BYTES) response.destroy(new Error(`${path} is larger than a relay takes`));
          else chunks.push(chunk);
        });
        response.once('error', reject);
        response.once('end', () =>
          resolve({
            status: response.statusCode ?? 502,
            headers: response.headers,
            body: Buffer.concat(chunks),
          }),
        );
      });
      asking.end();
    });
  }

  stop(): void {
    this.agent.destroy();
  }
}
