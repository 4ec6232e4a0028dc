/** Gauges of nginx's own (stub_status), as Prometheus reads them. */
const GAUGES = [
  ['active', 'Open connections of clients, waiting ones included.'],
  ['reading', 'Connections whose request is being read.'],
  ['writing', 'Connections whose answer is being written.'],
  ['waiting', 'Kept connections without a request.'],
] as const;

/**
 * Health and metrics of the edge itself, apart from its public port. It is ready as soon as it serves, whatever is behind it:
 * a process that is away must not take the pages and the cached picture with it.
 */
export function renderStatusServer(address: string): string {
  const metrics = GAUGES.map(
    ([name, help]) =>
      `# HELP nginx_connections_${name} ${help}\\n# TYPE nginx_connections_${name} gauge\\n` +
      `nginx_connections_${name} $connections_${name}\\n`,
  ).join('');
  return `
  server {
    listen ${address};
    server_name _;
    access_log off;
    default_type text/plain;
    location = /healthz { return 200 "ok\\n"; }
    location = /readyz { return 200 "ok\\n"; }
    location = /metrics {
      default_type "text/plain; version=0.0.4; charset=utf-8";
      return 200 "${metrics}";
    }
    location / { return 404; }
  }
`;
}
