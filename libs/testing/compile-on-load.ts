import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { transformSync, type Options } from '@swc/core';

/**
 * For `node --import`: compiles our TypeScript as it is loaded, decorators included, which Node's own type stripping
 * leaves alone. So a test can run a process from its sources, without a build.
 */
const options = JSON.parse(readFileSync(new URL('../../.swcrc', import.meta.url), 'utf8')) as Options & {
  $schema?: string;
  jsc: { rewriteRelativeImportExtensions?: boolean };
};
delete options.$schema;
delete options.jsc.rewriteRelativeImportExtensions; // the sources themselves are loaded

registerHooks({
  load(url, context, next) {
    if (!url.startsWith('file:') || !url.endsWith('.ts') || url.includes('/node_modules/'))
      return next(url, context);
    const filename = fileURLToPath(url);
    const { code } = transformSync(readFileSync(filename, 'utf8'), {
      ...options,
      swcrc: false,
      filename,
      sourceMaps: 'inline',
    });
    return { format: 'module', source: code, shortCircuit: true };
  },
});
