import type { EdgeOptions } from './edge-options.ts';
import { forwardHeaders } from './forward-headers.ts';

/** Largest request body: product pictures and CSV files; processes have their own, smaller limits per endpoint. */
const BODY_LIMIT = '16m';

/** Open sockets of one address: a large household, office or carrier gateway, but no whole botnet behind one machine. */
const SOCKETS_PER_ADDRESS = 512;

/** `/api/<process>/`, `/api/docs/`, `/live/`, `/media/`, and the refusal of everything internal. */
export function renderApiLocations(options: EdgeOptions, headers: string[]): string {
  const lines = headers.map((line) => `      ${line}`).join('\n');
  const processes = Object.keys(options.upstreams).map((name) => processLocation(name, lines));
  return [
    refuseInternal(),
    docs(options, lines),
    ...processes,
    rooms(lines),
    sockets(options.socketsPerAddress ?? SOCKETS_PER_ADDRESS),
    images(lines),
    problems(),
  ].join('\n\n');
}

function refuseInternal(): string {
  return `    # Endpoints between processes are not reachable from outside, whatever they are called.
    location ~ "^/(?:internal|metrics|readyz|playback)(?:/|$)|^/api/[a-z-]+/(?:v[0-9]+/)?internal(?:/|$)" {
      return 404;
    }
    # What is below /api/ belongs to a process or to nobody: a page would be a lie to a program.
    location /api/ {
      error_page 404 = @not_found;
      return 404;
    }`;
}

function docs({ docsDir }: EdgeOptions, headers: string): string {
  const source = docsDir
    ? `      alias ${docsDir}/;\n      index index.html;`
    : '      proxy_pass http://up_catalog;\n      proxy_set_header Host $http_host;';
  return `    location = /api/docs {
      return 302 /api/docs/;
    }
    location /api/docs/ {
${source}
${headers}
    }`;
}

function processLocation(name: string, headers: string): string {
  return `    location /api/${name}/ {
      limit_req zone=api burst=200 nodelay;
      client_max_body_size ${BODY_LIMIT};
      proxy_pass http://up_${name};
      proxy_read_timeout 65s;
      error_page 413 = @too_large;
      error_page 429 = @too_many;
      error_page 502 504 = @unavailable;
${headers}
    }`;
}

/** Reads of live rooms by pages without a socket; what chat marks as private is kept by nobody. */
function rooms(headers: string): string {
  return `    # The same for everybody who asks, and asked again and again: chat answers each file once. Deeper than /api/chat/.
    location ~ "^/api/chat/v1/shows/[0-9a-f-]+/(?:snapshot|ticks/[0-9]+)$" {
      limit_req zone=api burst=200 nodelay;
      proxy_pass http://up_chat;
      proxy_cache rooms;
      proxy_cache_key "$uri $arg_epoch";
      proxy_cache_lock on;
      proxy_cache_lock_timeout 500ms;
      proxy_cache_use_stale error timeout updating http_500 http_502 http_503 http_504;
      proxy_ignore_headers Set-Cookie Vary;
      proxy_hide_header Set-Cookie;
      error_page 429 = @too_many;
      error_page 502 504 = @unavailable;
${headers}
    }`;
}

function sockets(perAddress: number): string {
  return `    # Sockets live long; the server pings every 25 s, so a minute and a half of silence is a dead one.
    location /live/ {
      limit_conn sockets ${perAddress};
      proxy_pass http://up_chat;
${forwardHeaders('$connection_upgrade')}
      proxy_set_header Upgrade $http_upgrade;
      proxy_buffering off;
      proxy_read_timeout 90s;
      proxy_send_timeout 90s;
    }`;
}

function images(headers: string): string {
  return `    location /media/ {
      proxy_pass http://up_catalog;
      proxy_cache images;
      proxy_cache_key $uri;
      proxy_cache_lock on;
      proxy_cache_lock_timeout 100ms;
      proxy_cache_use_stale error timeout updating http_500 http_502 http_503 http_504;
      proxy_ignore_headers Set-Cookie Vary;
      proxy_hide_header Set-Cookie;
${headers}
    }`;
}

/** Refusals that nginx itself makes, in the form every process uses. */
function problems(): string {
  const problem = (
    name: string,
    status: number,
    code: string,
    title: string,
  ): string => `    location @${name} {
      internal;
      default_type application/problem+json;
      add_header Cache-Control no-store always;
      add_header Retry-After 2 always;
      return ${status} '{"type":"about:blank","title":"${title}","status":${status},"code":"${code}"}';
    }`;
  // A named location needs a readable address, which is just what a malformed request does not have; and its status
  // is set where the error is caught.
  const malformed = problem('malformed', 200, 'invalid_request', 'A malformed address or header')
    .replace('@malformed', '= /_malformed')
    .replace('"status":200', '"status":400');
  return [
    malformed,
    problem('not_found', 404, 'not_found', 'There is nothing here'),
    problem('too_large', 413, 'body_too_large', 'Body too large'),
    problem('too_many', 429, 'rate_limited', 'Too many requests'),
    problem('unavailable', 503, 'unavailable', 'Temporarily unavailable'),
  ].join('\n');
}
