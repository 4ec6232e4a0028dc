import { pageHeaders } from './security-headers.ts';

/** Static pages of a single-page application: hashed assets for a year, the document itself always asked for again. */
export function renderPageLocations(playerDir: string, tls: boolean): string {
  const headers = pageHeaders(tls)
    .map((line) => `      ${line}`)
    .join('\n');
  return `    root ${playerDir};

    location /assets/ {
      try_files $uri =404;
      add_header Cache-Control "public, max-age=31536000, immutable" always;
${headers}
    }

    location / {
      try_files $uri /index.html;
      add_header Cache-Control "no-cache" always;
${headers}
    }

    location = /healthz {
      default_type text/plain;
      return 200 "ok\\n";
    }`;
}
