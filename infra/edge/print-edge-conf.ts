import { readFileSync } from 'node:fs';
import type { EdgeOptions } from './edge-options.ts';
import { renderEdgeConf } from './render-edge-conf.ts';

// Prints the configuration for options given as JSON, from the file named or from stdin:
//   node infra/edge/print-edge-conf.ts options.json > nginx.conf
const options = JSON.parse(readFileSync(process.argv[2] ?? 0, 'utf8')) as EdgeOptions;
process.stdout.write(renderEdgeConf(options));
