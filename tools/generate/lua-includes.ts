import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LuaError } from './lua-header.ts';

const INCLUDE = /^--- @include "([^"]+)"[ \t]*$/gm;

/** The text of a Lua file with each `--- @include "path"` replaced by that file, depth first and each file once. */
export function flatten(path: string): string {
  return expand(path, [], new Set());
}

function expand(path: string, stack: string[], done: Set<string>): string {
  if (stack.includes(path)) throw new LuaError(path, `includes itself: ${[...stack, path].join(' -> ')}`);
  if (!existsSync(path)) throw new LuaError(stack.at(-1) ?? path, `included file ${path} does not exist`);
  if (done.has(path)) return '';
  const text = readFileSync(path, 'utf8').replaceAll(INCLUDE, (_, target: string) =>
    expand(join(dirname(path), target), [...stack, path], done),
  );
  done.add(path);
  return text;
}
