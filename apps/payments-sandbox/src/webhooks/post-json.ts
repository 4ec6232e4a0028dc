import { Agent as HttpAgent, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';

const KEPT_SOCKETS = 64;
const httpAgent = new HttpAgent({ keepAlive: true, maxFreeSockets: KEPT_SOCKETS });
const httpsAgent = new HttpsAgent({ keepAlive: true, maxFreeSockets: KEPT_SOCKETS });

/** Posts `body` over a connection that is kept, and gives the answer's status; rejects when there is none in time. */
export function postJson(
  url: string,
  headers: Record<string, string>,
  body: string,
  timeoutMs: number,
): Promise<number> {
  const secure = url.startsWith('https:');
  const options = {
    method: 'POST',
    agent: secure ? httpsAgent : httpAgent,
    headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    timeout: timeoutMs,
  };
  return new Promise((resolve, reject) => {
    const sent = (secure ? requestHttps : requestHttp)(url, options, (answer) => {
      answer.resume();
      answer.on('error', reject);
      answer.on('end', () => resolve(answer.statusCode ?? 0));
    });
    sent.on('timeout', () => sent.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    sent.on('error', reject);
    sent.end(body);
  });
}
