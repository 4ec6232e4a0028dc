import { parse } from 'yaml';

/** One service of docker-compose.yml that is built here. */
export interface ImagePlan {
  name: string;
  /** Target of the Dockerfile, and name of the image. */
  target: string;
  environment: Record<string, string>;
  /** Services that have to be healthy, or done, first. */
  needs: string[];
}

interface ComposeService {
  image: string;
  build?: { target: string };
  profiles?: string[];
  environment?: Record<string, string>;
  depends_on?: Record<string, unknown>;
}

/** `.env` as compose reads it: NAME=value a line, # for comments. */
export function readEnvFile(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => /^[A-Z][A-Z0-9_]*=/.test(line));
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}

/** The services that are built here, with their environment filled in, each after those that it needs. */
export function planImages(compose: string, env: Record<string, string>): ImagePlan[] {
  const { services } = parse(compose, { merge: true }) as { services: Record<string, ComposeService> };
  const profiles = (env['COMPOSE_PROFILES'] ?? '').split(',');
  const wanted = Object.entries(services).filter(
    ([, service]) =>
      service.build && (service.profiles ?? [profiles[0] ?? '']).some((name) => profiles.includes(name)),
  );
  const plans = wanted.map(([name, service]) => ({
    name,
    target: service.build?.target ?? name,
    environment: Object.fromEntries(
      Object.entries(service.environment ?? {}).map(([key, value]) => [key, fillIn(value, env)]),
    ),
    needs: Object.keys(service.depends_on ?? {}),
  }));
  return inOrder(plans);
}

/** `${NAME}`, `${NAME:-default}` and `${NAME:?why it must be set}`. */
function fillIn(text: string, env: Record<string, string>): string {
  return text.replaceAll(
    /\$\{([A-Z0-9_]+)(?::([-?])([^}]*))?\}/g,
    (_, name: string, kind?: string, rest = '') => {
      const value = env[name] ?? '';
      if (value !== '' || !kind) return value;
      if (kind === '?') throw new Error(`${name} is not set: ${rest}`);
      return rest as string;
    },
  );
}

function inOrder(plans: ImagePlan[]): ImagePlan[] {
  const ordered: ImagePlan[] = [];
  const built = new Set(plans.map(({ name }) => name));
  while (ordered.length < plans.length) {
    const done = new Set(ordered.map(({ name }) => name));
    const next = plans.filter(
      ({ name, needs }) => !done.has(name) && needs.every((need) => !built.has(need) || done.has(need)),
    );
    if (next.length === 0) throw new Error('services need each other in a circle');
    ordered.push(...next);
  }
  return ordered;
}
