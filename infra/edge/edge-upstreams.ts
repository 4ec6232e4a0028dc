import type { EdgeUpstreams } from './edge-options.ts';

/** Idle connections kept to each process (by each worker of nginx), so that a request seldom pays for a new one. */
const IDLE_CONNECTIONS = 128;
/** The origin holds one request per waiting viewer and lets all go at once: they must find their connections again. */
const IDLE_ORIGIN_CONNECTIONS = 8_192;

/** `upstream` blocks: one per process, named `up_<process>`. */
export function renderUpstreams(upstreams: Partial<EdgeUpstreams>): string {
  return Object.entries(upstreams).map(renderUpstream).join('\n');
}

/**
 * max_fails=0: with one address there is nothing to fail over to, and "no live upstreams" for ten seconds after a restart
 * would be our own outage. With several, a refused connection moves on to the next address within the same request.
 */
function renderUpstream([name, addresses = []]: [string, string[] | undefined]): string {
  const servers = addresses.map((address) => `    server ${address} max_fails=0;`).join('\n');
  const balance = name === 'chat' ? '    least_conn;\n' : '';
  return `  upstream up_${name} {
${balance}${servers}
    keepalive ${['origin', 'parts'].includes(name) ? IDLE_ORIGIN_CONNECTIONS : IDLE_CONNECTIONS};
    keepalive_timeout 50s;
  }`;
}
