/** What one edge needs to know; every address is `host:port`. */
export interface EdgeOptions {
  /** Public port. */
  port: number;
  /** Address to listen on; all of them by default. */
  host?: string;
  /** `host:port` of the edge's own health and metrics, for operators only; none when left out. */
  status?: string;
  /** Private folder of this nginx: pid, logs and temporary files. */
  dir: string;
  /** Where requests are written, or `off`; `access.log` in `dir` by default. */
  accessLog?: string;
  /** Where errors are written, or `stderr`; `error.log` in `dir` by default. */
  errorLog?: string;
  /** Folder of the media cache; may be emptied at any time while nginx is down. */
  cacheDir: string;
  /** Built pages (`player/dist`). */
  playerDir: string;
  /** Processes behind `/api/<name>/`, each with one or more addresses. */
  upstreams: EdgeUpstreams;
  /** Folder with the joined API documentation for `/api/docs/`; without it `catalog` is asked. */
  docsDir?: string;
  /** Certificate and key files; with them the port speaks TLS and HTTP/2. */
  tls?: { certificate: string; key: string };
  /** User of the worker processes; needed when nginx is started by root and the pages are not readable by everyone. */
  user?: string;
  /** Addresses (CIDR) of load balancers or CDNs whose `X-Forwarded-For` is believed. */
  trustedProxies?: string[];
  /** Largest size of the media cache on disk, as nginx writes sizes. */
  cacheSize?: string;
  /** Requests per second to `/api/` from one address; loopback is exempt unless `limitLoopback`. */
  apiRequestsPerSecond?: number;
  /** Open sockets on `/live/` from one address. */
  socketsPerAddress?: number;
  /** Applies the limits to loopback too (tests). */
  limitLoopback?: boolean;
  /** Worker processes; one per processor by default. */
  workers?: number;
}

/** Names are those of the API routes; `origin`, `chat` and `catalog` also serve `/hls`, `/live` and `/media`. */
export interface EdgeUpstreams {
  accounts: string[];
  catalog: string[];
  checkout: string[];
  chat: string[];
  ingest: string[];
  origin: string[];
  [process: string]: string[];
}

const ADDRESS = /^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):\d{1,5}$/;
const PATH = /^[^\s;{}"'$\\]+$/;

/** Throws when a value could change the meaning of the configuration it is written into. */
export function checkEdgeOptions(options: EdgeOptions): void {
  for (const [name, addresses] of Object.entries(options.upstreams)) {
    if (!/^[a-z][a-z-]*$/.test(name)) throw new Error(`edge: "${name}" is no process name`);
    if (addresses.length === 0) throw new Error(`edge: process "${name}" has no address`);
    for (const address of addresses) {
      if (!ADDRESS.test(address)) throw new Error(`edge: "${address}" is no host:port (process "${name}")`);
    }
  }
  if (options.status !== undefined && !ADDRESS.test(options.status)) {
    throw new Error(`edge: "${options.status}" is no host:port (status)`);
  }
  const { dir, cacheDir, playerDir, docsDir, accessLog, errorLog } = options;
  const paths = [dir, cacheDir, playerDir, docsDir, accessLog, errorLog];
  for (const path of [...paths, options.tls?.certificate, options.tls?.key]) {
    if (path !== undefined && !PATH.test(path)) {
      throw new Error(`edge: nginx cannot take the path "${path}": no spaces, quotes, $, ;, { or }`);
    }
  }
}
