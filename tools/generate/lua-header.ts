/** What the header comment of a Lua command declares. */
export interface ScriptHeader {
  name: string;
  summary: string;
  keys: string[];
  args: Field[];
  /** The repeated group of arguments at the end, e.g. variant and quantity of each line. */
  rest: Field[];
  replies: { code: string; fields: Field[] }[];
}

/** A name with its type: integer, text or texts (a list). */
export type Field = readonly [name: string, type: string];

/** A fault in a Lua command, with the file it is in. */
export class LuaError extends Error {
  constructor(path: string, fault: string) {
    super(`${path}: ${fault}`);
    this.name = 'LuaError';
  }
}

const SECTIONS = ['KEYS', 'ARGV', 'REPLIES'];
const TYPES = new Set(['integer', 'text', 'texts']);

/**
 * Reads the header: `name: sentence`, then the sections KEYS (`name  what it is`), ARGV (`name type  what it is`; the
 * repeated group at the end is written `...name type`) and REPLIES (`code field:type field:type  when`).
 */
export function readHeader(source: string, path: string): ScriptHeader {
  const comment = /^--\[\[\n([\s\S]*?)\]\]/.exec(source)?.[1];
  if (comment === undefined) throw new LuaError(path, 'a command begins with a --[[ header ]]');
  const sections = split(comment);
  const title = /^([\w-]+): ([\s\S]+)$/.exec(sections.TITLE?.join(' ') ?? '');
  if (!title?.[1] || !title[2])
    throw new LuaError(path, 'the first line of the header is "name: what it does"');
  const args = (sections.ARGV ?? []).map((line) => readArgument(line, path));
  const firstRest = args.findIndex((arg) => arg.repeated);
  const cut = firstRest < 0 ? args.length : firstRest;
  if (args.slice(cut).some((arg) => !arg.repeated))
    throw new LuaError(path, 'the repeated arguments come last');
  return {
    name: title[1],
    summary: title[2].trim(),
    keys: (sections.KEYS ?? []).map((line) => line.split(/\s+/)[0] ?? ''),
    args: args.slice(0, cut).map((arg) => arg.field),
    rest: args.slice(cut).map((arg) => arg.field),
    replies: (sections.REPLIES ?? []).map((line) => readReply(line, path)),
  };
}

function split(comment: string): Record<string, string[]> {
  const sections: Record<string, string[]> = { TITLE: [] };
  let current: string[] = (sections.TITLE ??= []);
  for (const line of comment.split('\n')) {
    const text = line.trim();
    if (text === '') continue;
    if (SECTIONS.includes(text)) current = sections[text] = [];
    else current.push(text);
  }
  return sections;
}

function readArgument(line: string, path: string): { field: Field; repeated: boolean } {
  const [, dots, name, type] = /^(\.\.\.)?(\w+)\s+(\w+)\b/.exec(line) ?? [];
  if (!name || !type || !TYPES.has(type) || type === 'texts') {
    throw new LuaError(path, `ARGV line "${line}" is not "name integer|text  what it is"`);
  }
  return { field: [name, type], repeated: dots !== undefined };
}

function readReply(line: string, path: string): { code: string; fields: Field[] } {
  const words = line.split(/\s{2,}/)[0]?.split(' ') ?? [];
  const fields = words.slice(1).map((word): Field => {
    const [name, type] = word.split(':');
    if (!name || !type || !TYPES.has(type)) throw new LuaError(path, `REPLIES: "${word}" is not field:type`);
    return [name, type];
  });
  return { code: words[0] ?? '', fields };
}
