/** How long an edge believes what the origin said about a show (public, private, deleted). */
const ACCESS_SECONDS = 5;

/**
 * How long a viewer's request for a part waits for another viewer's request of the same part. nginx looks whether the
 * first one is done only when this time is up (or every 500 ms), so it is the delay of everyone but the first; an origin
 * that has the part in memory needs far less.
 */
const PART_LOCK_MS = 100;

/** Viewers' addresses: an optional token (`~...`), the show, then a playlist or a media file. The token is in no cache key. */
const SHOW = '/hls/(?:~(?<play_token>[A-Za-z0-9_.-]{1,256})/)?(?<show_id>[0-9a-f-]{36})';

/** Cache zones for media and for the access check. */
export function renderHlsCaches(cacheDir: string, size: string): string {
  return `  # A blocked playlist request has an answer of its own every half second: storing each costs more than asking for it.
  map $arg__HLS_msn $playlist_cache {
    "" hls;
    default off;
  }
  proxy_cache_path ${cacheDir}/hls levels=1:2 keys_zone=hls:64m max_size=${size} inactive=30m use_temp_path=off;
  proxy_cache_path ${cacheDir}/access levels=1 keys_zone=access:8m max_size=64m inactive=10m use_temp_path=off;`;
}

/** Everything under \`/hls/\`: the access check, playlists, media files. */
export function renderHlsLocations(headers: string[]): string {
  const lines = headers.map((line) => `      ${line}`).join('\n');
  return [accessCheck(), playlists(lines), media(lines), refusal()].join('\n\n');
}

function accessCheck(): string {
  return `    # May this show be played? 204, or 403 with the state of the show in a header.
    location = /_playback {
      internal;
      proxy_pass http://up_origin/playback/$show_id?token=$play_token;
      proxy_pass_request_body off;
      proxy_set_header Content-Length "";
      proxy_set_header Host $host;
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
  return `    # Playlists: no lock. A blocking request is held by the origin, which answers all waiters from one buffer; nginx's own
    # lock would wake the waiters up to half a second late.
    location ~ "^${SHOW}/(?<hls_file>[A-Za-z0-9/_-]{1,120}\\.m3u8)$" {
      auth_request /_playback;
      auth_request_set $show_state $upstream_http_x_show_state;
      error_page 403 = @playback_refused;
      proxy_pass http://up_origin/hls/$show_id/$hls_file$is_args$args;
      proxy_set_header Accept-Encoding gzip;
      gunzip on;
      proxy_read_timeout 15s;
      proxy_connect_timeout 2s;
      proxy_cache $playlist_cache;
      proxy_cache_key "$show_id/$hls_file $arg__HLS_skip $arg_from $arg_to";
      proxy_ignore_headers Vary Set-Cookie Expires;
      proxy_cache_use_stale error timeout http_500 http_502 http_504;
${headers}
    }`;
}

function media(headers: string): string {
  return `    # Parts, segments, init segments, pictures: never change under one name.
    location ~ "^${SHOW}/(?<hls_file>[A-Za-z0-9/_.-]{1,120}\\.(?:m4s|mp4|jpg|vtt))$" {
      auth_request /_playback;
      auth_request_set $show_state $upstream_http_x_show_state;
      error_page 403 = @playback_refused;
      proxy_pass http://up_origin/hls/$show_id/$hls_file;
      proxy_set_header Accept-Encoding "";
      proxy_read_timeout 15s;
      proxy_connect_timeout 2s;
      proxy_cache hls;
      proxy_cache_key "$show_id/$hls_file";
      open_file_cache max=8192 inactive=20s;
      open_file_cache_valid 10s;
      proxy_ignore_headers Vary Set-Cookie Expires;
      proxy_cache_lock on;
      proxy_cache_lock_timeout ${PART_LOCK_MS}ms;
      proxy_cache_use_stale error timeout updating http_500 http_502 http_503 http_504;
${headers}
    }

    location /hls/ {
      return 404;
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
