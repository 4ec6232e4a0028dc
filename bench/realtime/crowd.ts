import { LIVE_PATH, LIVE_PROTOCOL_VERSION, type LiveTick } from '#contracts';
import { newId } from '#process';
import { io, type Socket } from 'socket.io-client';
import { tokenOfSomebody } from './people.ts';
import { addressOf } from './raw-viewer.ts';

/** The trace: what a lively room says and taps. */
export const LINES_PER_S = 80;
export const REACTIONS_PER_S = 300;
const TALKERS = 80;
const TAPPERS = 60;
/** Sockets of the crowd. */
export const CROWD = TALKERS + TAPPERS;
const WORDS =
  'is this still available in blue and how long does it take to ship to Lisbon please tell us'.split(' ');

/** People who talk and tap at an even pace, and hear each other: real clients. */
export interface Crowd {
  /** Milliseconds from sending a line to its arrival at somebody else, since the last `reset`. */
  delaysMs: number[];
  /** The same times in parts, in the order in which they pass: where a slow line spent them. */
  hopsMs: Hops;
  /** Lines that arrived at a listener since the last `reset`, and frames they came in. */
  linesHeard(): number;
  ticksHeard(): number;
  refused(): number;
  lastTick(): LiveTick | undefined;
  reset(): void;
  /** Goes on tapping, but says nothing more. */
  hush(): void;
  stop(): void;
}

/** From saying until the owner took it, until its tick was made, and until the listener had it; by the machine's one clock. */
export interface Hops {
  taken: number[];
  ticked: number[];
  heard: number[];
}

export type Protocol = 'live' | 'peer';

/** Seats the crowd and lets it talk until stopped. */
export async function startCrowd(url: string, showId: string, protocol: Protocol): Promise<Crowd> {
  const sockets = await Promise.all(
    Array.from({ length: TALKERS + TAPPERS }, (_, index) => open(url, showId, protocol, 200_000 + index)),
  );
  const talkers = sockets.slice(0, TALKERS);
  const tappers = sockets.slice(TALKERS);
  const listener = tappers[0];
  if (!listener) throw new Error('nobody listens');
  const sentAt = new Map<string, number>();
  const heard = {
    delaysMs: [] as number[],
    hopsMs: noHops(),
    lines: 0,
    ticks: 0,
    refused: 0,
    tick: undefined as LiveTick | undefined,
  };
  const hear = (key: string, takenAt?: number, tickAt?: number): void => {
    const at = sentAt.get(key);
    sentAt.delete(key);
    heard.lines += 1;
    if (at === undefined) return;
    const now = performance.now();
    heard.delaysMs.push(now - at);
    if (takenAt === undefined || tickAt === undefined) return;
    heard.hopsMs.taken.push(takenAt - performance.timeOrigin - at);
    heard.hopsMs.ticked.push(tickAt - takenAt);
    heard.hopsMs.heard.push(performance.timeOrigin + now - tickAt);
  };
  listener.on('tick', (tick: LiveTick) => {
    heard.ticks += 1;
    heard.tick = tick;
    for (const line of tick.chat ?? []) hear(line.key, line.at, tick.at);
  });
  listener.on('line', (line: { key: string }) => hear(line.key));

  const say = (socket: Socket): void => {
    const key = newId();
    sentAt.set(key, performance.now());
    const line = { showId, key, text: words() };
    const refusedIf = (reply: { ok?: boolean } | undefined): void => {
      if (reply && reply.ok === false) heard.refused += 1;
    };
    if (protocol === 'live') socket.emit('m', { op: 'say', ...line }, refusedIf);
    else socket.emit('say', line, refusedIf);
  };
  const tap = (socket: Socket): void => {
    if (protocol === 'live') socket.emit('m', { op: 'react', showId, kind: 'heart', count: 1 });
    else socket.emit('react', { showId, kind: 'heart' });
  };
  const stopTalking = evenly(talkers, LINES_PER_S, say);
  const stopTapping = evenly(tappers, REACTIONS_PER_S, tap);
  return {
    get delaysMs() {
      return heard.delaysMs;
    },
    get hopsMs() {
      return heard.hopsMs;
    },
    linesHeard: () => heard.lines,
    ticksHeard: () => heard.ticks,
    refused: () => heard.refused,
    lastTick: () => heard.tick,
    reset() {
      Object.assign(heard, { delaysMs: [], hopsMs: noHops(), lines: 0, ticks: 0, refused: 0 });
    },
    hush: stopTalking,
    stop() {
      stopTalking();
      stopTapping();
      for (const socket of sockets) socket.disconnect();
    },
  };
}

async function open(url: string, showId: string, protocol: Protocol, index: number): Promise<Socket> {
  const token = protocol === 'live' ? await tokenOfSomebody(`Person ${index}`) : undefined;
  const socket = io(url, {
    ...(protocol === 'live' ? { path: LIVE_PATH } : {}),
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    auth: { v: LIVE_PROTOCOL_VERSION, ...(token ? { token } : {}) },
    extraHeaders: { 'x-forwarded-for': addressOf(index) },
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  if (protocol === 'live') await socket.emitWithAck('m', { op: 'join', showId });
  else await socket.emitWithAck('join', showId);
  return socket;
}

/** Acts `perS` times a second in turn, catching up after a pause. */
function evenly(sockets: readonly Socket[], perS: number, act: (socket: Socket) => void): () => void {
  const startedAt = performance.now();
  let done = 0;
  const timer = setInterval(() => {
    const due = ((performance.now() - startedAt) / 1_000) * perS;
    for (; done < due; done += 1) {
      const socket = sockets[done % sockets.length];
      if (socket) act(socket);
    }
  }, 10);
  return () => clearInterval(timer);
}

function noHops(): Hops {
  return { taken: [], ticked: [], heard: [] };
}

function words(): string {
  const from = Math.floor(Math.random() * WORDS.length);
  const count = 3 + Math.floor(Math.random() * 12);
  return `${Array.from({ length: count }, (_, index) => WORDS[(from + index) % WORDS.length]).join(' ')} ${Math.floor(Math.random() * 1e6)}`;
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
