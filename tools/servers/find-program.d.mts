/** The absolute path of a native program, or undefined: first on PATH, then where package systems hide servers (newest version first). */
export function findProgram(name: string, searchPath?: string): string | undefined;
