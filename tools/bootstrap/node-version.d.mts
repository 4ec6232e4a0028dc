/** Throws a Failure for a Node too old to install the packages. */
export function requireNode(version?: string): void;
