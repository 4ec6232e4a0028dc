/** Where to go after log-in. Only addresses of this site: `?to=` can be written by anybody. */
export function safeReturn(to: string | null): string {
  if (!to || !to.startsWith('/') || to.startsWith('//') || to.includes('\\')) return '/';
  return to;
}
