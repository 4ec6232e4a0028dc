import type { Code } from './codes.ts';
import { codeName } from './codes.ts';

type FieldType = 'integer' | 'text' | 'texts';
type Fields = Readonly<Record<string, FieldType>>;
type ValueOf<T extends FieldType> = T extends 'integer' ? number : T extends 'text' ? string : string[];
type ValuesOf<F extends Fields> = { -readonly [K in keyof F]: ValueOf<F[K]> };

/** A Lua command with everything the compiler needs to know of it; written by tools/generate/lua.ts. */
export interface Script {
  readonly name: string;
  readonly keys: readonly string[];
  readonly args: Fields;
  readonly rest: Fields;
  readonly replies: Readonly<Partial<Record<Code, Fields>>>;
  readonly lua: string;
}

/** The keys a command needs, by name. */
export type KeysOf<S extends Script> = Readonly<Record<S['keys'][number], string>>;
/** The arguments a command needs, by name; `rest` is the list of its repeated group. */
export type ArgsOf<S extends Script> = ValuesOf<S['args']> &
  (keyof S['rest'] extends never ? unknown : { rest: ValuesOf<S['rest']>[] });
/** What a command may answer, told apart by `code`. */
export type ReplyOf<S extends Script> = {
  [C in keyof S['replies'] & string]: { code: C } & (S['replies'][C] extends Fields
    ? ValuesOf<S['replies'][C]>
    : never);
}[keyof S['replies'] & string];

/** Keeps the literal types of a generated description. */
export function defineScript<const S extends Script>(script: S): S {
  return script;
}

/** Keys and arguments in the order the command expects them. */
export function encodeCall<S extends Script>(
  script: S,
  keys: KeysOf<S>,
  args: ArgsOf<S>,
): (string | number)[] {
  const call: (string | number)[] = [];
  for (const key of script.keys) call.push((keys as Record<string, string>)[key] as string);
  const values = args as unknown as Record<string, string | number> & {
    rest?: Record<string, string | number>[];
  };
  for (const name in script.args) call.push(values[name] as string | number);
  if (values.rest) {
    for (const group of values.rest)
      for (const name in script.rest) call.push(group[name] as string | number);
  }
  return call;
}

/** The reply as an object with named fields. */
export function decodeReply<S extends Script>(script: S, raw: unknown): ReplyOf<S> {
  const list = raw as unknown[];
  const code = codeName(list[0], script.name);
  const shape = script.replies[code];
  if (!shape)
    throw new Error(`inventory script ${script.name} answered ${code}, which its header does not list`);
  const reply: Record<string, unknown> = { code };
  let at = 1;
  for (const name in shape) {
    const value = list[at++];
    reply[name] = shape[name] === 'integer' ? Number(value) : value;
  }
  return reply as ReplyOf<S>;
}
