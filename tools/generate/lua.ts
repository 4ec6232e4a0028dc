/**
 * Turns the hold engine's Lua commands into TypeScript: one `name.lua` becomes one `name.generated.ts` holding the
 * flattened text and a description of its keys, arguments and replies, from which the compiler types every call.
 * Run it with `npm run generate:lua`; with `--check` it only says whether the committed files are current.
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CODES } from '../../libs/inventory/redis/codes.ts';
import { flatten } from './lua-includes.ts';
import { type ScriptHeader, LuaError, readHeader } from './lua-header.ts';

const SCRIPTS = join(import.meta.dirname, '../../libs/inventory/redis/scripts');

/** The TypeScript module for one Lua file. Throws a LuaError that names the file when header and body disagree. */
export function generateScript(path: string): string {
  const source = readFileSync(path, 'utf8');
  const header = readHeader(source, path);
  const name = basename(path, '.lua');
  if (header.name !== name) throw new LuaError(path, `the header says "${header.name}", the file "${name}"`);
  const body = compress(substitute(flatten(path), header, path));
  return [
    `// Generated from ${name}.lua by tools/generate/lua.ts. Change that file, then run \`npm run generate:lua\`.`,
    `import { defineScript } from '../script.ts';`,
    '',
    `/** ${header.summary} */`,
    `export const ${camel(name)}Script = defineScript({`,
    `  name: '${name}',`,
    `  keys: [${header.keys.map((key) => `'${key}'`).join(', ')}],`,
    `  args: ${fields(header.args)},`,
    `  rest: ${fields(header.rest)},`,
    `  replies: {`,
    ...header.replies.map((reply) => `    ${reply.code}: ${fields(reply.fields)},`),
    `  },`,
    `  lua: ${JSON.stringify(body).replaceAll('\\n', "\\n' +\n    '").replace(/^"|"$/g, "'").replaceAll('\\"', '"')},`,
    `} as const);`,
    '',
  ].join('\n');
}

/** Replaces `KEYS.name`, `ARGV.name`, `REST` and `CODE.name` by positions and numbers; an unknown or unused name is an error. */
function substitute(lua: string, header: ScriptHeader, path: string): string {
  const used = new Set<string>();
  const position = (kind: string, names: string[]) => (_: string, name: string) => {
    const at = names.indexOf(name);
    if (at < 0) throw new LuaError(path, `${kind}.${name} is used but not in the header`);
    used.add(`${kind}.${name}`);
    return `${kind}[${at + 1}]`;
  };
  const code = (_: string, name: string) => {
    const number = (CODES as Record<string, number>)[name];
    if (number === undefined) throw new LuaError(path, `CODE.${name} is not in codes.ts`);
    if (!header.replies.some((reply) => reply.code === name)) {
      throw new LuaError(path, `CODE.${name} is used but not among the header's REPLIES`);
    }
    used.add(`CODE.${name}`);
    return String(number);
  };
  const argNames = header.args.map(([name]) => name);
  const text = lua
    .replaceAll(/\bKEYS\.(\w+)/g, position('KEYS', header.keys))
    .replaceAll(/\bARGV\.(\w+)/g, position('ARGV', argNames))
    .replaceAll(/\bCODE\.(\w+)/g, code)
    .replaceAll(/\bREST_FROM\b/g, String(argNames.length + 1));
  const declared = [
    ...header.keys.map((key) => `KEYS.${key}`),
    ...argNames.map((name) => `ARGV.${name}`),
    ...header.replies.map((reply) => `CODE.${reply.code}`),
  ];
  const unused = declared.filter((name) => !used.has(name));
  if (unused.length > 0) throw new LuaError(path, `declared but never used: ${unused.join(', ')}`);
  return text;
}

/** Drops comments and blank lines; the guard marks stay, since tests take guards out by them. */
function compress(lua: string): string {
  const lines = lua
    .replace(/--\[\[[\s\S]*?\]\]/g, '')
    .split('\n')
    .map((line) => (/^\s*--(?! ?@(?:guard|end))/.test(line) ? '' : line.replace(/\s+--\s.*$/, '').trimEnd()));
  return lines.filter((line) => line.trim() !== '').join('\n');
}

function fields(list: readonly (readonly [string, string])[]): string {
  return list.length === 0 ? '{}' : `{ ${list.map(([name, type]) => `${name}: '${type}'`).join(', ')} }`;
}

function camel(name: string): string {
  return name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function generateAll(check: boolean): number {
  const names = readdirSync(SCRIPTS).filter((name) => name.endsWith('.lua'));
  const stale = names.filter((name) => {
    const target = join(SCRIPTS, name.replace(/\.lua$/, '.generated.ts'));
    const text = generateScript(join(SCRIPTS, name));
    const same = readIfThere(target) === text;
    if (!same && !check) writeFileSync(target, text);
    return !same;
  });
  if (check && stale.length > 0) {
    console.error(`Out of date: ${stale.join(', ')}. Run \`npm run generate:lua\` and commit the result.`);
    return 1;
  }
  console.log(`${names.length} Lua commands, ${stale.length} ${check ? 'out of date' : 'written'}`);
  return 0;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.exitCode = generateAll(process.argv.includes('--check'));
}
