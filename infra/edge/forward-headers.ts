/**
 * What a process is told about the caller. nginx drops inherited `proxy_set_header` lines where a location sets its own, so
 * such a location takes these with it. `X-Forwarded-For` is replaced, not appended to: callers cannot invent an address.
 */
export function forwardHeaders(connection = '""', indent = '      '): string {
  return [
    'proxy_set_header Host $http_host;',
    `proxy_set_header Connection ${connection};`,
    'proxy_set_header X-Forwarded-For $remote_addr;',
    'proxy_set_header X-Forwarded-Proto $scheme;',
    'proxy_set_header X-Request-Id $request_id;',
  ]
    .map((line) => indent + line)
    .join('\n');
}
