import { z } from 'zod';

const duration = z.string().regex(/^(\d+(ms|s|m|h))+$/);
const size = z.string().regex(/^\d+[bkmg]$/);
const command = z.union([z.string(), z.array(z.string())]);

const healthcheck = z.strictObject({
  test: z
    .array(z.string())
    .min(2)
    .refine(([kind]) => kind === 'CMD' || kind === 'CMD-SHELL', 'starts with CMD or CMD-SHELL'),
  interval: duration,
  timeout: duration,
  retries: z.int().min(1),
  start_period: duration.optional(),
});

const dependency = z.strictObject({
  condition: z.enum(['service_started', 'service_healthy', 'service_completed_successfully']),
  restart: z.boolean().optional(),
  required: z.boolean().optional(),
});

const service = z.strictObject({
  image: z.string().regex(/^[a-z0-9./-]+(:[A-Za-z0-9._-]+)?$/),
  build: z.strictObject({ context: z.string(), dockerfile: z.string(), target: z.string() }).optional(),
  command: command.optional(),
  restart: z.enum(['no', 'always', 'on-failure', 'unless-stopped']),
  init: z.boolean().optional(),
  profiles: z.array(z.string()).optional(),
  environment: z.record(z.string().regex(/^[A-Z][A-Z0-9_]*$/), z.string()).optional(),
  ports: z.array(z.string().regex(/^(\$\{[A-Z_]+:-\d+\}|\d+):\d+$/)).optional(),
  volumes: z.array(z.string().regex(/^[a-z-]+:\/[\w/.-]*$/)).optional(),
  depends_on: z.record(z.string(), dependency).optional(),
  healthcheck: healthcheck.optional(),
  logging: z.strictObject({ driver: z.string(), options: z.record(z.string(), z.string()) }),
  security_opt: z.array(z.string()).optional(),
  shm_size: size.optional(),
  stop_grace_period: duration.optional(),
});

/**
 * The part of the Compose specification that docker-compose.yml uses, strictly: a key or form outside it is a mistake until it
 * is added here. (Source: the Compose file reference, services, volumes and top-level elements.)
 */
export const composeFile = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9_-]*$/),
  services: z.record(z.string().regex(/^[a-z0-9-]+$/), service),
  volumes: z.record(z.string(), z.strictObject({})),
});
