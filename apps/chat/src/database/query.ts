/** Injection token of `Query` on the process's own schema, and of its pool. */
export const QUERY = Symbol('query');
export const POOL = Symbol('pool');
