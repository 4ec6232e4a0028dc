/** Where the pages may load from: themselves and Stripe's script, frames and API (https://docs.stripe.com/security/guide). */
const PAGE_POLICY = [
  "default-src 'self'",
  "script-src 'self' https://js.stripe.com https://*.js.stripe.com",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob: https://*.stripe.com",
  "media-src 'self' blob: data:", // hls.js hangs captions on an empty track with a data: address
  "worker-src 'self' blob:",
  "connect-src 'self' https://api.stripe.com",
  "frame-src 'self' https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com",
  "font-src 'self'",
  "object-src 'none'",
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'self'",
].join('; ');

/** `add_header` lines for pages. nginx drops inherited headers where a location adds its own, so each location lists all. */
export function pageHeaders(tls: boolean): string[] {
  return [
    `add_header Content-Security-Policy "${PAGE_POLICY}" always;`,
    'add_header Permissions-Policy "camera=(self), microphone=(self), geolocation=(), browsing-topics=()" always;',
    'add_header Cross-Origin-Opener-Policy same-origin-allow-popups always;',
    'add_header X-Frame-Options SAMEORIGIN always;',
    ...baseHeaders(tls),
  ];
}

/** `add_header` lines for everything that is no page. */
export function baseHeaders(tls: boolean): string[] {
  const headers = [
    'add_header X-Content-Type-Options nosniff always;',
    'add_header Referrer-Policy strict-origin-when-cross-origin always;',
    'add_header X-Request-Id $request_id always;',
  ];
  if (tls) headers.push('add_header Strict-Transport-Security "max-age=31536000; includeSubDomains" always;');
  return headers;
}
