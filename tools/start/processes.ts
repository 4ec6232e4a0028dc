/** Addresses and secrets that the environment of every process is made of. */
export interface StartPlan {
  dataDir: string;
  publicUrl: string;
  edgePort: number;
  rtmpPort: number;
  redisUrl: string;
  natsUrl: string;
  /** Each schema's own database address. */
  databases: Record<string, string>;
  /** Each process's internal port. */
  ports: Record<string, number>;
  secret(name: string): string;
  /** The environment this start was given; what a person set wins over what is made up here. */
  given: Record<string, string | undefined>;
}

/** One process of the whole: what runs, what it needs, and in which order it is stopped. */
export interface ProcessPlan {
  name: string;
  /** Entry below dist/. */
  main: string;
  /** Postgres schema that it owns. */
  schema?: string;
  /** Stopped in descending order: publishers' side first, what others depend on last. */
  stopStage: 1 | 2 | 3 | 4;
  /** Settings beyond those that all share. */
  env(plan: StartPlan): Record<string, string>;
  /** Left out when this answers false. */
  isWanted?(given: Record<string, string | undefined>): boolean;
}

const nothing = () => ({});

/** Every process that `npm start` runs, in the order in which they are started. */
export const PROCESSES: ProcessPlan[] = [
  {
    name: 'accounts',
    main: 'apps/accounts/src/main.js',
    schema: 'accounts',
    stopStage: 1,
    env: (plan) => ({
      ACCOUNTS_SECRET: plan.secret('accounts.secret'),
      ADMIN_EMAIL: 'admin@showfloor.localhost',
      ADMIN_PASSWORD: plan.secret('accounts.admin-password'),
    }),
  },
  {
    name: 'catalog',
    main: 'apps/catalog/src/main.js',
    schema: 'catalog',
    stopStage: 2,
    env: nothing,
  },
  {
    name: 'payments-sandbox',
    main: 'apps/payments-sandbox/src/main.js',
    schema: 'payments_sandbox',
    stopStage: 2,
    env: nothing,
    isWanted: (given) => !given['STRIPE_SECRET_KEY'],
  },
  {
    name: 'checkout',
    main: 'apps/checkout/src/main.js',
    schema: 'checkout',
    stopStage: 2,
    env: nothing,
  },
  {
    name: 'chat',
    main: 'apps/chat/src/main.js',
    schema: 'chat',
    stopStage: 2,
    // On one machine there is no other gateway to move viewers to.
    env: (plan) => ({ CHAT_ADDRESS_KEY: plan.secret('chat.address-key'), CHAT_DRAIN_S: '1' }),
  },
  {
    name: 'origin',
    main: 'apps/origin/src/main.js',
    stopStage: 2,
    env: nothing,
  },
  {
    name: 'ingest',
    main: 'apps/ingest/src/main.js',
    schema: 'ingest',
    stopStage: 4,
    env: (plan) => ({ RTMP_PORT: String(plan.rtmpPort) }),
  },
  { name: 'transcoder', main: 'transcoder/src/main.js', stopStage: 3, env: nothing },
  {
    name: 'edge',
    main: 'infra/edge/main.js',
    stopStage: 4,
    env: (plan) => ({
      EDGE_PORT: String(plan.edgePort),
      PLAYER_DIR: 'player/dist',
      EDGE_DIR: `${plan.dataDir}/edge`,
    }),
  },
];

/** The whole environment of one process. */
export function environmentOf(process: ProcessPlan, plan: StartPlan): Record<string, string> {
  const own: Record<string, string> = {
    PORT: String(plan.ports[process.name]),
    HOST: '127.0.0.1',
    INTERNAL_TOKEN: plan.secret('internal-token'),
    PUBLIC_URL: plan.publicUrl,
    REDIS_URL: plan.redisUrl,
    NATS_URL: plan.natsUrl,
    DATA_DIR: `${plan.dataDir}/${process.name}`,
    NODE_COMPILE_CACHE: compileCache(plan.dataDir),
    ...addresses(plan),
    ...process.env(plan),
  };
  if (process.schema) own['DATABASE_URL'] = plan.databases[process.schema] ?? '';
  const shared = ['DATABASE_URL', 'REDIS_URL', 'NATS_URL', 'PORT', 'HOST', 'DATA_DIR'];
  const given = Object.entries(plan.given).filter(
    ([name, value]) => value !== undefined && !name.startsWith('npm_') && !shared.includes(name),
  ) as [string, string][];
  return { ...own, ...Object.fromEntries(given), ...fixed(own) };
}

/** Where Node keeps compiled code between starts; emptied when something was built, so that it does not grow. */
export function compileCache(dataDir: string): string {
  return `${dataDir}/compile-cache`;
}

/** `CATALOG_URL` and so on: where processes reach each other. */
function addresses(plan: StartPlan): Record<string, string> {
  const entries = Object.entries(plan.ports).map(([name, port]) => [
    `${name === 'payments-sandbox' ? 'PAYMENTS' : name.toUpperCase()}_URL`,
    `http://127.0.0.1:${port}`,
  ]);
  return Object.fromEntries(entries) as Record<string, string>;
}

/** What must agree between the processes, whatever the terminal's environment says. */
function fixed(own: Record<string, string>): Record<string, string> {
  const names = Object.keys(own).filter((name) => name.endsWith('_URL') || name.endsWith('PORT'));
  return Object.fromEntries(names.map((name) => [name, own[name] ?? '']));
}
