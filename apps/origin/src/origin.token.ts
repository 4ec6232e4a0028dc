/** Injection token of the running origin's parts. */
export const ORIGIN = Symbol('origin');
