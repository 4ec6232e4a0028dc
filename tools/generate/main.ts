import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { envDoc } from './env-doc.ts';
import { errorsDoc } from './errors-doc.ts';
import { eventsDoc } from './events-doc.ts';
import type { GeneratedFile } from './generated-file.ts';

// npm run generate writes the generated documents; with --check it only says which of them are out of date.
const root = process.cwd();
const check = process.argv.includes('--check');
const files = [errorsDoc(), eventsDoc(), await envDoc(root)];
const stale: string[] = [];
for (const file of files) {
  const text = await formatted(file);
  if (text === currentText(file.path)) continue;
  stale.push(file.path);
  if (check) continue;
  mkdirSync(dirname(join(root, file.path)), { recursive: true });
  writeFileSync(join(root, file.path), text);
}
if (stale.length > 0)
  console.log(`${check ? 'Out of date (npm run generate)' : 'Written'}: ${stale.join(', ')}`);
process.exitCode = check && stale.length > 0 ? 1 : 0;

async function formatted({ path, text }: GeneratedFile): Promise<string> {
  const options = await resolveConfig(join(root, path));
  return format(text, { ...options, filepath: path });
}

function currentText(path: string): string | undefined {
  try {
    return readFileSync(join(root, path), 'utf8');
  } catch {
    return undefined;
  }
}
