import { metrics, type Drain, type Readiness } from '#process';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Serves /healthz, /readyz and /metrics, as every process does; gives the port. */
export async function serveStatus(
  { host, port }: { host: string; port: number },
  { drain, readiness }: { drain: Drain; readiness: Readiness },
): Promise<number> {
  const server = createServer((request, response) => {
    answer(request.url ?? '/', response, drain, readiness).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  drain.add('status', () => {
    server.close();
    server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}

async function answer(
  url: string,
  response: ServerResponse,
  drain: Drain,
  readiness: Readiness,
): Promise<void> {
  if (url === '/healthz') return json(response, 200, { status: 'ok' });
  if (url === '/readyz') {
    if (drain.draining) return json(response, 503, { status: 'draining' });
    const { ready, faults } = await readiness.check();
    return json(response, ready ? 200 : 503, { status: ready ? 'ready' : 'not ready', faults });
  }
  if (url === '/metrics') {
    response.setHeader('content-type', metrics.contentType);
    response.end(await metrics.metrics());
    return;
  }
  json(response, 404, { code: 'not_found' });
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
