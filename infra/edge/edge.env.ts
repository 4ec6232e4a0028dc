import { z } from 'zod';

const Port = z.coerce.number().int().min(1).max(65_535);

/** One address of a process, or several with commas between them. */
const addresses = z
  .string()
  .transform((text) => text.split(',').map((address) => new URL(address.trim()).host));

const upstream = (process: string, port: number) =>
  addresses
    .prefault(`http://127.0.0.1:${port}`)
    .describe(`Where the edge reaches ${process}; several addresses are separated by commas.`);

/** Settings of the edge (nginx). */
export const edgeEnv = z.object({
  EDGE_PORT: Port.default(8080).describe('Public port of pages, API and video.'),
  EDGE_HOST: z.string().default('0.0.0.0').describe('Address to listen on.'),
  PORT: Port.optional().describe(
    'Internal port where the edge itself answers /healthz, /readyz and /metrics; none when left out.',
  ),
  HOST: z.string().default('127.0.0.1').describe('Address that PORT listens on.'),
  EDGE_DIR: z
    .string()
    .default('.data/edge')
    .describe('Folder for logs, temporary files and the media cache.'),
  EDGE_LOG: z
    .enum(['files', 'terminal'])
    .default('files')
    .describe('Whether nginx writes its logs to files in EDGE_DIR, or to its standard output and error.'),
  EDGE_CACHE_SIZE: z
    .string()
    .regex(/^\d+[mg]$/)
    .default('2g')
    .describe('Largest size of the media cache on disk, as nginx writes sizes.'),
  PLAYER_DIR: z.string().default('player/dist').describe('Folder with the built web pages.'),
  API_DOCS_DIR: z.string().default('dist/api-docs').describe('Folder with the built pages of /api/docs/.'),
  TLS_CERTIFICATE: z
    .string()
    .optional()
    .describe('Certificate chain (PEM); with it and its key the port speaks TLS.'),
  TLS_KEY: z.string().optional().describe('Private key (PEM) of the certificate.'),
  TRUSTED_PROXIES: z
    .string()
    .optional()
    .describe('Addresses (CIDR, commas) of load balancers whose X-Forwarded-For is believed.'),
  ACCOUNTS_URL: upstream('accounts', 7101),
  CATALOG_URL: upstream('catalog', 7102),
  CHECKOUT_URL: upstream('checkout', 7103),
  CHAT_URL: upstream('chat', 7104),
  INGEST_URL: upstream('ingest', 7105),
  ORIGIN_URL: upstream('origin', 7106),
  PAYMENTS_URL: addresses
    .optional()
    .describe('Where the edge reaches the payments sandbox; no route to it when left out.'),
});

export type EdgeEnv = z.output<typeof edgeEnv>;
