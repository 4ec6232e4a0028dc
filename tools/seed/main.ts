import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { seedDemo, type KeptKeys } from './seed-demo.ts';

const USAGE = `Fills a running Showfloor with its demo shop, through the public API. Safe to repeat.

  node --conditions=source tools/seed/main.ts [--site http://localhost:8080] [--keep <file>]

  --site  address of the edge (else PUBLIC_URL, else http://localhost:8080)
  --keep  file that remembers the demo's stream keys between runs

The last line of the output is one JSON object: ids, demo accounts, stream keys.
`;

const { values } = parseArgs({
  options: { site: { type: 'string' }, keep: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
});
if (values.help) {
  process.stdout.write(USAGE);
} else {
  const siteUrl = (values.site ?? process.env['PUBLIC_URL'] ?? 'http://localhost:8080').replace(/\/$/, '');
  const demo = await seedDemo(siteUrl, values.keep ? readKept(values.keep) : {});
  if (values.keep) writeKept(values.keep, { publisherKey: demo.publisherKey, spareKey: demo.spareKey });
  process.stdout.write(`${JSON.stringify(demo)}\n`);
}

function readKept(file: string): Partial<KeptKeys> {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Partial<KeptKeys>) : {};
}

function writeKept(file: string, keys: KeptKeys): void {
  writeFileSync(`${file}.new`, `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
