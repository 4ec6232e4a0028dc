import type { EdgeOptions } from './edge-options.ts';
import { renderUpstreams } from './edge-upstreams.ts';
import { forwardHeaders } from './forward-headers.ts';

/** How long an edge believes what the origin said about a show (public, private, deleted). */
const ACCESS_SECONDS = 5;

/**
 * How long a viewer's request for a file waits for another viewer's request of the same. nginx looks whether the first one is
 * done only when this time is up (or every 500 ms), so it is the delay of those who come while the first one is under way; an
 * origin that has the part in memory needs far less, and whoever waits in vain waits half a second more.
 */
const PART_LOCK_MS = 100;

/**
 * Those whose wait was in vain meet again in a second cache before the origin, where nobody is let through: however slow
 * the origin is, and however many ask, it is asked once.
 */
const MEETING_WAIT_MS = 5_000;

/** Viewers' addresses: an optional token (`~...`), the show, then a playlist or a media file. The token is in no cache key. */
const SHOW = '/hls/(?:~(?<play_token>[A-Za-z0-9_.-]{1,256})/)?(?<show_id>[0-9a-f-]{36})';

/** Cache zones for media and for the access check. */
export function renderHlsCaches(cacheDir: string, size: string): string {
  return `  proxy_cache_path ${cacheDir}/hls levels=1:2 keys_zone=hls:64m max_size=${size} inactive=30m use_temp_path=off;
  proxy_cache_path ${cacheDir}/parts levels=1 keys_zone=parts:8m max_size=512m inactive=1m use_temp_path=off;
  proxy_cache_path ${cacheDir}/access levels=1 keys_zone=access:8m max_size=64m inactive=10m use_temp_path=off;`;
}

/** Everything under \`/hls/\`: the access check, playlists, media files. */
export function renderHlsLocations(headers: string[]): string {
  const lines = headers.map((line) => `      ${line}`).join('\n');
  return [
    accessCheck(),
    playlists(lines),
    `    # Parts of what is live now: thousands ask for one within milliseconds.
${media('[A-Za-z0-9/_-]{1,100}-\\d+\\.\\d+\\.m4s', 'up_parts', lines)}`,
    `    # Segments, init segments, pictures.
${media('[A-Za-z0-9/_.-]{1,120}\\.(?:m4s|mp4|jpg|vtt)', 'up_origin', lines)}`,
    `    location /hls/ {
      return 404;
    }`,
    refusal(),
  ].join('\n\n');
}

/** Addresses of sockets are no longer than this. */
const SOCKET_PATH_CHARS = 100;

/** Where the requests of one part meet: a server of its own on a socket in `dir`, and the way there. */
export function renderPartsServer({ dir, upstreams }: Pick<EdgeOptions, 'dir' | 'upstreams'>): string {
  if (partsSocket(dir).length > SOCKET_PATH_CHARS) return renderUpstreams({ parts: upstreams.origin });
  return `  upstream up_parts {
    server unix:${partsSocket(dir)};
    keepalive 1024;
  }
  server {
    listen unix:${partsSocket(dir)} backlog=4096;
    access_log off;
    location / {
      proxy_pass http://up_origin;
${forwardHeaders()}
      proxy_set_header Accept-Encoding "";
      proxy_read_timeout 15s;
      proxy_connect_timeout 2s;
      proxy_cache parts;
      proxy_cache_key $uri;
      proxy_ignore_headers Vary Set-Cookie Expires;
      proxy_cache_lock on;
      proxy_cache_lock_timeout ${MEETING_WAIT_MS}ms;
      proxy_cache_lock_age ${MEETING_WAIT_MS}ms;
      add_header X-Parts-Cache $upstream_cache_status always;
    }
  }`;
}

/** To be removed before nginx starts: one that a killed nginx left behind keeps the next from listening. */
export function partsSocket(dir: string): string {
  return `${dir}/parts.sock`;
}

function accessCheck(): string {
  return `    # May this show be played? 204, or 403 with the state of the show in a header.
    location = /_playback {
      internal;
      proxy_pass http://up_origin/playback/$show_id?token=$play_token;
      proxy_pass_request_body off;
${forwardHeaders()}
      proxy_set_header Content-Length "";
      proxy_read_timeout 5s;
      proxy_cache access;
      open_file_cache max=1024 inactive=20s;
      open_file_cache_valid 10s;
      proxy_cache_key "$show_id $play_token";
      proxy_cache_valid 204 403 ${ACCESS_SECONDS}s;
      proxy_ignore_headers Cache-Control Expires Set-Cookie Vary;
      proxy_cache_lock on;
      proxy_cache_lock_timeout 50ms;
      # An origin that is away does not stop those who are watching.
      proxy_cache_use_stale error timeout updating http_500 http_502 http_503 http_504;
    }`;
}

function playlists(headers: string): string {
  return `    # Playlists: nobody waits here. A blocking request is held by the origin, which answers all waiters from one buffer;
    # nginx's own lock would wake the waiters up to half a second late.
    location ~ "^${SHOW}/(?<hls_file>[A-Za-z0-9/_-]{1,120}\\.m3u8)$" {
      auth_request /_playback;
      auth_request_set $show_state $upstream_http_x_show_state;
      error_page 403 = @playback_refused;
      proxy_pass http://up_origin/hls/$show_id/$hls_file$is_args$args;
${forwardHeaders()}
      proxy_set_header Accept-Encoding gzip;
      gunzip on;
      proxy_read_timeout 15s;
      proxy_connect_timeout 2s;
      proxy_cache hls;
      proxy_cache_key "$show_id/$hls_file $arg__HLS_msn $arg__HLS_part $arg__HLS_skip $arg_from $arg_to";
      # One of those who ask the same fills the cache for who comes later; the others neither wait for it nor write too.
      proxy_cache_lock on;
      proxy_cache_lock_timeout 0;
      proxy_ignore_headers Vary Set-Cookie Expires;
      proxy_cache_use_stale error timeout http_500 http_502 http_504;
${headers}
    }`;
}

/** Files that never change under one name. */
function media(name: string, upstream: string, headers: string): string {
  return `    location ~ "^${SHOW}/(?<hls_file>${name})$" {
      auth_request /_playback;
      auth_request_set $show_state $upstream_http_x_show_state;
      error_page 403 = @playback_refused;
      proxy_pass http://${upstream}/hls/$show_id/$hls_file;
${forwardHeaders()}
      proxy_set_header Accept-Encoding "";
      proxy_read_timeout 15s;
      proxy_connect_timeout 2s;
      proxy_cache hls;
      proxy_cache_key "$show_id/$hls_file";
      open_file_cache max=8192 inactive=20s;
      open_file_cache_valid 10s;
      proxy_ignore_headers Vary Set-Cookie Expires;
      proxy_hide_header X-Parts-Cache;
      proxy_cache_lock on;
      proxy_cache_lock_timeout ${PART_LOCK_MS}ms;
      proxy_cache_use_stale error timeout updating http_500 http_502 http_503 http_504;
${headers}
    }`;
}

function refusal(): string {
  return `    location @playback_refused {
      add_header Cache-Control no-store always;
      add_header Access-Control-Allow-Origin * always;
      if ($show_state = deleted) {
        return 410;
      }
      if ($show_state = unknown) {
        return 404;
      }
      return 403;
    }`;
}
