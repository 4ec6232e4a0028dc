import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TEST_JWKS } from './test-service.ts';

/** Stands for accounts where a child process looks for the keys that verify tokens. */
export async function startKeyServer(): Promise<{ url: string; stop(): Promise<void> }> {
  const server = createServer((request, response) => {
    const known = request.url === '/api/accounts/.well-known/jwks.json';
    response.writeHead(known ? 200 : 404, { 'content-type': 'application/json' });
    response.end(known ? JSON.stringify(TEST_JWKS) : '{}');
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
