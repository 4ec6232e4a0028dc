import type { ChatLine, LiveDesk, LiveFigures, ReportReason } from '#contracts';
import { createStore, type Readable } from '../store.ts';
import type { LiveConnection } from './connection.ts';
import type { Room } from './room.ts';

export interface WaitingLine {
  line: ChatLine;
  state: 'held' | 'shadowed';
  why: string;
}

/** What only hosts and moderators see while the show runs. */
export interface DeskState {
  figures: LiveFigures | null;
  /** Figures of the last ten minutes, oldest first, at most one a second. */
  history: readonly LiveFigures[];
  waiting: readonly WaitingLine[];
  reports: readonly { reportId: string; lineId: string; reason: ReportReason; at: number }[];
  questions: readonly ChatLine[];
  /** Advice about the stream as last told; null until something was told: the page has asked ingest by then. */
  advice: NonNullable<LiveDesk['advice']> | null;
  /** The last encoder that was turned away while the desk was open. */
  refused: NonNullable<LiveDesk['refused']> | null;
  lowStock: NonNullable<LiveDesk['lowStock']>;
}

export interface Desk extends Readable<DeskState> {
  /** Asks for the desk in each new socket; the answer closes it. */
  open(): () => void;
}

/** A desk of which nothing was told yet. */
export const EMPTY_DESK: DeskState = {
  figures: null,
  history: [],
  waiting: [],
  reports: [],
  questions: [],
  advice: null,
  refused: null,
  lowStock: [],
};
const HISTORY_POINTS = 600;
const KEPT = 100;

interface DeskDeps {
  connection: LiveConnection;
  room: Room;
  showId: string;
}

/** Keeps the desk of one show. */
export function createDesk({ connection, room, showId }: DeskDeps): Desk {
  const store = createStore<DeskState>(EMPTY_DESK);
  let opened = false;
  const ask = () => {
    const now = room.get();
    if (now.kind !== 'joined' || now.you.rights.length === 0 || opened) return;
    opened = true;
    void connection.send({ op: 'desk', showId, open: true });
  };
  return {
    get: store.get,
    subscribe: store.subscribe,
    open() {
      const stops = [
        connection.on('desk', (desk) => store.update((now) => withDesk(now, desk))),
        connection.on('open', () => (opened = false)),
        room.subscribe(ask),
      ];
      ask();
      return () => {
        for (const stop of stops) stop();
        opened = false;
        void connection.send({ op: 'desk', showId, open: false });
      };
    },
  };
}

/** The desk after a frame; parts that the frame does not speak of stay the same objects. */
export function withDesk(
  now: DeskState,
  { figures, lines, decided, reports, questions, advice, refused, lowStock }: LiveDesk,
): DeskState {
  return {
    figures: figures ?? now.figures,
    history: figures ? withPoint(now.history, figures) : now.history,
    waiting: lines || decided ? withWaiting(now.waiting, lines ?? [], decided ?? []) : now.waiting,
    reports: reports ? unique([...now.reports, ...reports], ({ reportId }) => reportId) : now.reports,
    questions: questions ? unique([...now.questions, ...questions], ({ id }) => id) : now.questions,
    advice: advice ?? now.advice,
    refused: refused ?? now.refused,
    lowStock: lowStock ? unique([...now.lowStock, ...lowStock], ({ variantId }) => variantId) : now.lowStock,
  };
}

function withWaiting(
  now: readonly WaitingLine[],
  lines: readonly WaitingLine[],
  decided: readonly { lineId: string }[],
): readonly WaitingLine[] {
  const gone = new Set(decided.map(({ lineId }) => lineId));
  return unique(
    [...now, ...lines].filter(({ line }) => !gone.has(line.id)),
    ({ line }) => line.id,
  );
}

function withPoint(history: readonly LiveFigures[], point: LiveFigures): readonly LiveFigures[] {
  const last = history.at(-1);
  const sameSecond = last && Math.floor(last.at / 1_000) === Math.floor(point.at / 1_000);
  const before = sameSecond ? history.slice(0, -1) : history;
  return [...before, point].slice(-HISTORY_POINTS);
}

/** The latest of each, in order of first appearance; the oldest leave. */
function unique<T>(entries: readonly T[], idOf: (entry: T) => string): T[] {
  return [...new Map(entries.map((entry) => [idOf(entry), entry])).values()].slice(-KEPT);
}
