/** Injection token of the address where browsers find the platform. */
export const PUBLIC_URL = Symbol('public url');
