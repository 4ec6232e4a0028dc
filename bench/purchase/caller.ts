import { Agent, request } from 'node:http';

/** HTTP over a bounded set of connections that stay open; leaner than fetch, so that the load measures the servers. */
export class Caller {
  private readonly agent: Agent;

  constructor(connections: number) {
    this.agent = new Agent({ keepAlive: true, maxSockets: connections, scheduling: 'fifo' });
  }

  /** Posts `body` (JSON, or a form as text) and gives status and parsed answer. */
  post(
    url: string,
    headers: Record<string, string>,
    body: unknown,
  ): Promise<{ status: number; body: never }> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const type = typeof body === 'string' ? 'application/x-www-form-urlencoded' : 'application/json';
    return new Promise((resolve, reject) => {
      const sent = request(
        url,
        {
          method: 'POST',
          agent: this.agent,
          headers: { 'content-type': type, 'content-length': Buffer.byteLength(text), ...headers },
        },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.on('error', reject);
          answer.on('end', () => {
            const parsed = JSON.parse(Buffer.concat(chunks).toString() || 'null') as never;
            resolve({ status: answer.statusCode ?? 0, body: parsed });
          });
        },
      );
      sent.on('error', reject);
      sent.end(text);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}
