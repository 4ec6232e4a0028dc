const GUARD = (name: string): RegExp => new RegExp(`^-- @guard ${name}\\n([\\s\\S]*?)^-- @end$`, 'm');

/** The Lua of a command without one of its guards: what tests run to show what the guard is for. */
export function withoutGuard(lua: string, name: string): string {
  return lua.replace(GUARD(name), (_, guarded: string) => {
    const [, instead = ''] = guarded.split(/^-- @else /m);
    return instead;
  });
}

/** Names of the guards in a command. */
export function guardsIn(lua: string): string[] {
  return [...lua.matchAll(/^-- @guard ([\w-]+)$/gm)].map((match) => match[1] ?? '');
}
