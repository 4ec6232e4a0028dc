import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as contracts from '#contracts';
import { describeEndpoints } from '#contracts';
import type { Endpoint, OpenApiDocument } from '#contracts';
import { fingerprint, isSame, readFingerprints, writeFingerprints } from './source-files.ts';

const INPUTS = ['libs/contracts', 'package-lock.json', 'tools/build/build-api-docs.ts'];
const VIEWER_FILES = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'];

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Showfloor API</title>
    <link rel="icon" href="favicon-32x32.png" />
    <link rel="stylesheet" href="swagger-ui.css" />
    <link rel="stylesheet" href="page.css" />
  </head>
  <body>
    <a class="home" href="/">Showfloor</a>
    <main id="api"></main>
    <script src="swagger-ui-bundle.js"></script>
    <script src="show.js"></script>
  </body>
</html>
`;

/** The viewer's own colours are too light to be read by everybody on white. */
const STYLE = `.home { display: block; max-width: 1460px; margin: 0 auto; padding: 16px 20px 0; font: 600 14px sans-serif; color: #15141a; }
.swagger-ui .info { margin: 28px 0; }
.swagger-ui .info .title small pre, .swagger-ui .info .title small.version-stamp pre { color: #fff; }
.swagger-ui .info .title small { background: #5c6370; }
.swagger-ui .info .title small.version-stamp { background: #41700f; }
.swagger-ui .info a, .swagger-ui .info a .url { color: #1f5fbf; }
.swagger-ui .btn.authorize { color: #14693f; border-color: #14693f; }
.swagger-ui .btn.authorize svg { fill: #14693f; }
.swagger-ui :focus-visible { outline: 3px solid #1f5fbf; outline-offset: 2px; }
`;

const SHOW = `SwaggerUIBundle({
  url: 'openapi.json',
  dom_id: '#api',
  deepLinking: true,
  docExpansion: 'none',
  validatorUrl: null,
  requestInterceptor: (request) => {
    const csrf = /(?:^|; )sf_csrf=([^;]+)/.exec(document.cookie);
    if (csrf) request.headers['X-CSRF-Token'] = decodeURIComponent(csrf[1]);
    return request;
  },
});
`;

/** Builds the page at /api/docs and the joined OpenAPI document behind it, unless no contract changed. */
export function buildApiDocs(root: string): boolean {
  const folder = join(root, 'dist/api-docs');
  const record = join(root, 'dist/.api-docs.json');
  const now = fingerprint(root, INPUTS, (path) => !path.endsWith('.spec.ts'));
  if (existsSync(join(folder, 'openapi.json')) && isSame(readFingerprints(record), now)) return false;
  mkdirSync(folder, { recursive: true });
  const viewer = dirname(fileURLToPath(import.meta.resolve('swagger-ui-dist')));
  for (const name of VIEWER_FILES) copyFileSync(join(viewer, name), join(folder, name));
  writeFileSync(join(folder, 'index.html'), PAGE);
  writeFileSync(join(folder, 'page.css'), STYLE);
  writeFileSync(join(folder, 'show.js'), SHOW);
  writeFileSync(join(folder, 'openapi.json'), `${JSON.stringify(joinedApi())}\n`);
  writeFingerprints(record, now);
  return true;
}

/** Every public endpoint of every process in one document. */
export function joinedApi(): OpenApiDocument {
  const endpoints = (Object.values(contracts) as unknown[]).filter(isEndpoint);
  return describeEndpoints(
    'API',
    'v1',
    endpoints.filter(({ access }) => access !== 'internal'),
  );
}

function isEndpoint(value: unknown): value is Endpoint {
  return typeof value === 'object' && value !== null && 'method' in value && 'replies' in value;
}
