import { createDrain, createLogger, drainOnSignals, readEnv } from '#process';
import { paymentsSandboxEnv } from './payments-sandbox.env.ts';
import { startSandboxServer } from './sandbox-server.ts';

const env = readEnv(paymentsSandboxEnv);
const logger = createLogger({ process: 'payments-sandbox', level: env.LOG_LEVEL });
const drain = createDrain({ logger });
drainOnSignals(drain, logger);
await startSandboxServer({ env, logger, drain });
