import { commonEnv, databaseEnv, natsEnv } from '#process';
import { z } from 'zod';

const Port = z.coerce.number().int().min(0).max(65_535);
const Count = z.coerce.number().int().min(1);

/** Settings of apps/ingest. */
export const ingestEnv = commonEnv.extend({
  ...databaseEnv.shape,
  ...natsEnv.shape,
  RTMP_HOST: z.string().default('0.0.0.0').describe('Address that publishers connect to.'),
  RTMP_PORT: Port.default(1935).describe('Port for RTMP; 0 takes a free one.'),
  RTMPS_PORT: Port.default(1936).describe('Port for RTMPS, used when a certificate is set.'),
  RTMPS_CERT: z.string().optional().describe('File with the certificate chain (PEM) for RTMPS.'),
  RTMPS_KEY: z.string().optional().describe('File with the private key (PEM) for RTMPS.'),
  RTMP_PUBLIC_HOST: z
    .string()
    .optional()
    .describe('Host name that people enter in OBS; the host of PUBLIC_URL when left out.'),
  RTMP_CONNECTIONS: Count.default(1_000).describe('Most connections of publishers at once.'),
  RTMP_CONNECTIONS_PER_ADDRESS: Count.default(20).describe('Most connections from one address at once.'),
  RECONNECT_WINDOW_S: Count.max(3_600)
    .default(120)
    .describe('How long a show waits for a publisher who vanished, in seconds.'),
  INGEST_URL: z
    .url()
    .optional()
    .describe('Address under which other processes reach this very process; its own address when left out.'),
});

export type IngestEnv = z.infer<typeof ingestEnv>;
