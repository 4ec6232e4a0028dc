import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Failure } from '../bootstrap/failure.mjs';

const EDGE_PORT = 8080;
const RTMP_PORT = 1935;

/** What the person who starts everything may choose; usage.txt describes each. */
export interface StartOptions {
  demo: boolean;
  edgePort: number;
  rtmpPort: number;
  dataDir: string;
  verbose: boolean;
}

/** Reads the command line; ports may also come from EDGE_PORT and RTMP_PORT. */
export function readStartOptions(args: string[], env: Record<string, string | undefined>): StartOptions {
  const { values } = parse(args);
  return {
    demo: !values['no-demo'],
    edgePort: readPort('EDGE_PORT', values['edge-port'] ?? env['EDGE_PORT'], EDGE_PORT),
    rtmpPort: readPort('RTMP_PORT', values['rtmp-port'] ?? env['RTMP_PORT'], RTMP_PORT),
    dataDir: resolve(values.data ?? '.data'),
    verbose: values.verbose ?? false,
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        'no-demo': { type: 'boolean' },
        'edge-port': { type: 'string' },
        'rtmp-port': { type: 'string' },
        data: { type: 'string' },
        verbose: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new Failure(`${(error as Error).message.split('. ')[0]}.`, 'All options: npm start -- --help');
  }
}

function readPort(variable: string, text: string | undefined, otherwise: number): number {
  if (text === undefined || text === '') return otherwise;
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new Failure(`"${text}" is no port.`, `Give ${variable} a number from 1 to 65535.`);
}
