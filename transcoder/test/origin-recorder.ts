import { DemandLine, GENERATION_HEADER, RenditionDeclaration, type SealReply } from '#contracts';
import { readChunk, readInitSegment, type TimedSample, type TrackInfo } from '#hls';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RecordedPart {
  rendition: string;
  msn: number;
  index: number;
  run: string;
  duration: number;
  independent: boolean;
  pdt: number | undefined;
  discontinuity: boolean;
  generation: number;
  samples: TimedSample[];
  track: TrackInfo;
  bytes: Buffer;
}

/** An origin that stores what it is told, checks the order, and answers as the contract says. */
export class OriginRecorder {
  url = '';
  readonly parts: RecordedPart[] = [];
  readonly ended: string[] = [];
  readonly states: string[] = [];
  readonly seals: number[] = [];
  readonly faults: string[] = [];
  readonly declared = new Map<string, RenditionDeclaration>();
  /** Answers with this instead of storing; undefined stores. */
  refuseWith: { status: number; code: string } | undefined;
  private readonly inits = new Map<string, TrackInfo>();
  private readonly initBytes = new Map<string, Buffer>();
  private readonly demands = new Set<ServerResponse>();
  private asked: Record<string, number> = {};
  private generation = 0;
  private server = createServer((request, response) => void this.handle(request, response));

  async start(port = 0): Promise<void> {
    await new Promise<void>((resolve) => {
      this.server.listen(port, '127.0.0.1', resolve);
    });
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
    });
  }

  /** Goes away and comes back at the same address, with what it had. */
  async restart(awayMs: number): Promise<void> {
    const { port } = this.server.address() as AddressInfo;
    await this.stop();
    await new Promise((resolve) => setTimeout(resolve, awayMs));
    this.server = createServer((request, response) => void this.handle(request, response));
    await this.start(port);
  }

  /** Viewers play these renditions from now on, and no others. */
  demand(...names: string[]): void {
    this.asked = Object.fromEntries(names.map((name) => [name, 0]));
    for (const response of this.demands) this.tell(response);
  }

  /** Nobody has asked for them since `ms`. */
  demandAgo(ms: number, ...names: string[]): void {
    this.asked = Object.fromEntries(names.map((name) => [name, ms]));
    for (const response of this.demands) this.tell(response);
  }

  of(rendition: string): RecordedPart[] {
    return this.parts.filter((part) => part.rendition === rendition);
  }

  /** A rendition's newest run as one file, as a player would put it together. */
  file(rendition: string): { bytes: Buffer; samples: TimedSample[]; track: TrackInfo } {
    const run = this.of(rendition).at(-1)?.run;
    const parts = this.of(rendition).filter((part) => part.run === run);
    const init = this.initBytes.get(`${rendition}/${run}`);
    const [first] = parts;
    if (!init || !first) throw new Error(`${rendition} has nothing yet`);
    return {
      bytes: Buffer.concat([init, ...parts.map(({ bytes }) => bytes)]),
      samples: parts.flatMap(({ samples }) => samples),
      track: first.track,
    };
  }

  private tell(response: ServerResponse): void {
    const line: DemandLine = { askedMsAgo: this.asked };
    response.write(`${JSON.stringify(line)}\n`);
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readAll(request);
    const generation = Number(request.headers[GENERATION_HEADER]);
    if (generation < this.generation) return refuse(response, 409, 'stale_generation');
    this.generation = generation;
    if (this.refuseWith) return refuse(response, this.refuseWith.status, this.refuseWith.code);
    const url = new URL(request.url ?? '/', 'http://origin');
    const path = url.pathname.split('/').slice(5);
    if (path[0] === 'seal') return this.seal(generation, response);
    if (path[0] === 'state') this.states.push((JSON.parse(body.toString()) as { state: string }).state);
    if (path[0] === 'demand') return this.follow(response);
    const [, rendition = '', what, number = '', , index = ''] = path;
    if (path[0] === 'renditions' && !what) {
      this.declared.set(rendition, RenditionDeclaration.parse(JSON.parse(body.toString())));
    }
    if (what === 'init') {
      this.inits.set(`${rendition}/${number}`, readInitSegment(body)[0] as TrackInfo);
      this.initBytes.set(`${rendition}/${number}`, body);
    }
    if (what === 'segments' && path[4] === 'end') this.ended.push(`${rendition} ${number}`);
    if (what === 'segments' && path[4] === 'parts') {
      const fault = this.store(rendition, Number(number), Number(index), url.searchParams, body, generation);
      if (fault) {
        this.faults.push(fault);
        return refuse(response, 409, 'part_out_of_order');
      }
    }
    response.writeHead(204).end();
  }

  private seal(generation: number, response: ServerResponse): void {
    this.seals.push(generation);
    const highest = Math.max(-1, ...this.parts.map(({ msn }) => msn));
    const reply: SealReply = { nextSequence: highest + 1, discontinuitySequence: 0 };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(reply));
  }

  private follow(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    this.demands.add(response);
    response.once('close', () => this.demands.delete(response));
    this.tell(response);
  }

  private store(
    rendition: string,
    msn: number,
    index: number,
    query: URLSearchParams,
    body: Buffer,
    generation: number,
  ): string | undefined {
    const run = query.get('run') ?? '';
    const track = this.inits.get(`${rendition}/${run}`);
    if (!track) return `${rendition} ${msn}.${index}: run ${run} has no init segment`;
    const before = this.of(rendition).at(-1);
    const follows = before?.msn === msn ? index === before.index + 1 && run === before.run : index === 0;
    if (!follows || (before && msn < before.msn))
      return `${rendition} ${msn}.${index} after ${before?.msn}.${before?.index}`;
    if (this.ended.includes(`${rendition} ${msn}`)) return `${rendition} ${msn}.${index} after its end`;
    const pdt = query.get('pdt');
    if (index === 0 && !pdt) return `${rendition} ${msn}.${index} without its time`;
    this.parts.push({
      rendition,
      msn,
      index,
      run,
      duration: Number(query.get('duration')),
      independent: query.get('independent') === '1',
      pdt: pdt ? Number(pdt) : undefined,
      discontinuity: query.get('discontinuity') === '1',
      generation,
      samples: readChunk(body, track),
      track,
      bytes: body,
    });
    return undefined;
  }
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'content-type': 'application/problem+json' }).end(JSON.stringify({ code }));
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}
