import type {
  ChatLine,
  EventEnvelope,
  Money,
  ChatRight,
  EntryData,
  EntryType,
  LogEntry,
  Poll,
  ProductFacts,
  ReportReason,
  RoomModes,
  SaleState,
  ShowFacts,
} from '#contracts';
import type { RoomView } from './room-view.ts';

/** The number that the store and the tick stream check before they take anything from an owner. */
export interface Fence {
  showId: string;
  generation: number;
}

/** Where a line stands: shown, waiting for a moderator, seen by its author only, turned down, taken away. */
export type LineState = 'shown' | 'held' | 'shadowed' | 'rejected' | 'deleted';

/** A line as it is stored. */
export interface StoredLine {
  line: ChatLine;
  state: LineState;
  /** Kept for the replay, but left out of the live tick because the room was too fast to read. */
  unseen: boolean;
  /** Why it was held or shadowed. */
  why: string | null;
  mediaTime: number | null;
}

/** A line that was stored before under the same author and key. */
export interface RepeatedLine {
  authorId: string;
  key: string;
  lineId: string;
  seq: number;
  state: LineState;
}

export type SanctionKind = 'timeout' | 'ban' | 'shadow';

/** Somebody's restriction in a shop's shows; `until` null is for ever. */
export interface Sanction {
  userId: string;
  kind: SanctionKind;
  until: number | null;
  reason: string | null;
}

export interface WordRule {
  pattern: string;
  action: 'block' | 'mask' | 'hold' | 'shadow';
  /** `part` also matches inside longer words. */
  match: 'word' | 'part';
}

/** A change to the show log before it has a place in it. */
export type NewEntry = {
  [T in EntryType]: { type: T; data: EntryData<T> };
}[EntryType];

/** What checkout or catalog did and the log does not have yet. */
export type RoomNews =
  | { kind: 'entry'; entry: NewEntry }
  /** A sale's state at checkout; what it means for the log follows from the state before. */
  | { kind: 'sale'; sale: SaleState }
  /** The show's setting changed at catalog. */
  | { kind: 'guest_chat'; allowed: boolean }
  /** Who may come in changed at catalog, or the show is no more. */
  | { kind: 'access' };

export type RoomInput = RoomNews & { id: string };

export interface AuditRow {
  actorId: string;
  actorName: string;
  act: string;
  targetUserId?: string | undefined;
  targetLineId?: string | undefined;
  until?: number | null | undefined;
  reason?: string | undefined;
  details?: Record<string, unknown> | undefined;
}

export interface CommandRow {
  id: string;
  actorId: string;
  type: string;
  /** The first answer; a repeat gets it again. */
  outcome: { seq: number | null };
}

export interface NewReport {
  id: string;
  lineId: string;
  reporterId: string;
  reason: ReportReason;
  note: string | null;
}

/** Everything an owner needs to go on where the one before it stopped. */
export interface RoomStart {
  show: ShowFacts;
  view: RoomView;
  /** Highest positions that are stored. */
  logSeq: number;
  lineSeq: number;
  sanctions: Sanction[];
  roles: { userId: string; rights: ChatRight[] }[];
  words: WordRule[];
  /** Lines of the last minutes: for repeats, slow mode and duplicates. */
  recent: StoredLine[];
}

/** One transaction of a room's owner. */
export interface RoomTransaction {
  findCommand(id: string): Promise<CommandRow | undefined>;
  addCommand(row: CommandRow): Promise<void>;
  addEntries(entries: readonly (LogEntry & { commandId?: string })[]): Promise<void>;
  inputs(limit: number): Promise<RoomInput[]>;
  removeInputs(ids: readonly string[]): Promise<void>;
  /** Stores lines; those whose author and key are known come back instead. */
  addLines(lines: readonly StoredLine[]): Promise<RepeatedLine[]>;
  lines(ids: readonly string[]): Promise<StoredLine[]>;
  setLines(ids: readonly string[], state: LineState, by: string): Promise<void>;
  /** Takes away what `userId` said since then and tells which lines that were. */
  clearLines(userId: string, since: number, by: string): Promise<string[]>;
  /** Shows a held line at the end of the room; undefined when somebody decided before. */
  releaseLine(id: string, seq: number, by: string): Promise<ChatLine | undefined>;
  product(id: string): Promise<ProductFacts | undefined>;
  lineUp(): Promise<string[]>;
  sale(id: string): Promise<SaleState | undefined>;
  addSanction(
    sanction: Sanction & { id: string; userName: string | null; byId: string; at: number },
  ): Promise<void>;
  /** Lifts what restricts `userId` and tells whether there was anything. */
  liftSanctions(userId: string, by: string, at: number): Promise<boolean>;
  openPoll(poll: Poll): Promise<void>;
  closePoll(pollId: string): Promise<number[] | undefined>;
  /** Stores votes; gives those that the account had cast before. */
  addVotes(pollId: string, votes: readonly { userId: string; choice: number }[]): Promise<string[]>;
  addReports(reports: readonly NewReport[]): Promise<string[]>;
  setModes(modes: RoomModes): Promise<void>;
  audit(row: AuditRow & { at: number }): Promise<void>;
  /** Tells other processes, once this transaction is committed. */
  publish(events: readonly EventEnvelope[]): Promise<void>;
}

/** The room's part of Postgres. */
export interface RoomStore {
  /** The last owner's generation, 0 before the first; undefined when there is no such show. */
  generationOf(showId: string): Promise<number | undefined>;
  /** Writes `generation` into the room's owner row and loads the room; undefined when a newer owner or no show is there. */
  takeOver(fence: Fence, epoch: string): Promise<(RoomStart & { epoch: string }) | undefined>;
  /** A new epoch, when the tick stream no longer has what it had. */
  setEpoch(fence: Fence, epoch: string): Promise<boolean>;
  /** What is stored but was in no tick: entries above `log`, shown lines above `line`. */
  unpublished(showId: string, log: number, line: number): Promise<Unpublished>;
  /** Runs `work` in one transaction if `fence` still is the owner's; undefined when it is not. */
  transact<T>(fence: Fence, work: (tx: RoomTransaction) => Promise<T>): Promise<{ value: T } | undefined>;
  /** Keeps the view, so that the next owner reads little of the log. */
  checkpoint(fence: Fence, view: RoomView): Promise<void>;
  /** Adds to the figures of the minute; for charts, so a crash may lose a few seconds of them. */
  addFigures(showId: string, minute: number, figures: MinuteFigures): Promise<void>;
  /** What the host's live figures say beside what the owner counts itself. */
  figures(showId: string, now: number): Promise<StoredFigures>;
  /** Whether a person bought in this shop (and lets it be shown), and since when they follow it. */
  standing(shopId: string, userId: string): Promise<Standing>;
  /** What may change beside the owner: the show's facts, roles, words, and restrictions made in the shop's other shows. */
  policy(showId: string): Promise<Pick<RoomStart, 'show' | 'sanctions' | 'roles' | 'words'> | undefined>;
}

export interface MinuteFigures {
  viewers: number;
  lines: number;
  reactions: number;
}

export interface StoredFigures {
  ordersLastMinute: number;
  orders: number;
  units: number;
  revenue: Money[];
  /** Decisions that wait. */
  held: number;
  reports: number;
  questions: number;
}

export interface Unpublished {
  entries: LogEntry[];
  lines: ChatLine[];
  /** Highest positions that are stored. */
  logSeq: number;
  lineSeq: number;
}

export interface Standing {
  buyer: boolean;
  showsBadge: boolean;
  followsSince: number | null;
}

/** Positions that a tick says it contains everything up to. */
export interface TickMarks {
  n: number;
  epoch: string;
  log: number;
  line: number;
}

export type Published = { ok: true; streamSeq: number } | { ok: false; why: 'fenced' };

/** A show's subject in the tick stream. */
export interface TickStream {
  /** The last tick that the stream has of this show; `streamSeq` is 0 when there is none. */
  last(showId: string): Promise<{ streamSeq: number; marks: TickMarks | undefined }>;
  /** Stores a tick if the show's last message still is `afterSeq`; tries again through outages while `wanted()`. */
  publish(
    showId: string,
    tick: { marks: TickMarks; generation: number; critical: boolean; json: string },
    afterSeq: number,
    wanted: () => boolean,
  ): Promise<Published>;
}

/** Programme time: which moment of the show's picture is at ingest at `nowMs`; null without a picture. */
export interface ProgrammeClock {
  at(showId: string, nowMs: number): number | null;
}

/** Time and timers, so that a test can be the clock. */
export interface Timers {
  now(): number;
  /** Calls back once; the function returned calls it off. */
  after(ms: number, work: () => void): () => void;
}
