/** Names a hold. Ids are made by buyers and scoped to them, so that nobody can occupy or probe another's. */
export interface HoldKey {
  holdId: string;
  buyerId: string;
}

export interface HoldLine {
  variantId: string;
  quantity: number;
}

/** A line with the terms in force when its units were claimed. Of `amount currency version` engines read the version only. */
export interface TermedLine extends HoldLine {
  terms: string;
}

/** A sale as its caller believes it to be; an engine with another epoch, or another memory, answers `stale_epoch`. */
export interface SaleRef {
  saleId: string;
  epoch: number;
}

export type HoldEnd = 'sold' | 'released' | 'expired';
export type LiveState = 'held' | 'paying';
export type HoldSource = 'buyer' | 'waitlist';
export type EngineState = 'open' | 'paused' | 'closed' | 'stopped';

/** A hold that an engine made; `claimed` entries must become durable before anybody hears of them. */
export interface Claim extends HoldKey {
  startedAt: number;
  expiresAt: number;
  lines: TermedLine[];
}

/** What a call did besides its own purpose: holds past their time that ended, and waiters who got their units. */
export interface Effects {
  expired: HoldKey[];
  promoted: Claim[];
}

/** Rules of a sale inside its engine. Times are milliseconds since 1970 by the engine's own clock; null for none. */
export interface SaleRules {
  state: EngineState;
  startsAt: number | null;
  endsAt: number | null;
  /** Units of one buyer over all variants, held and bought; 0 for no limit. */
  limitPerBuyer: number;
  holdTtlMs: number;
}

export interface Counters {
  stock: number;
  available: number;
  held: number;
  sold: number;
}

export interface SaleVariant {
  variantId: string;
  terms: string;
  /** Units of the sale that are not sold: available and held together. */
  unsold: number;
  sold: number;
}

export type Stale = { code: 'stale_epoch' };
type Invalid = { code: 'invalid'; reason: string };

export interface ReserveRequest extends SaleRef, HoldKey {
  lines: readonly HoldLine[];
}

export type ReserveAnswer =
  | ({ code: 'held'; replay: boolean; state: LiveState } & Claim & Effects)
  | ({ code: 'sold_out'; variantId: string; outstanding: number } & Effects)
  | ({ code: 'limit_reached'; limit: number; units: number } & Effects)
  | { code: 'ended'; state: HoldEnd }
  | { code: 'not_open'; startsAt: number | null; paused: boolean }
  | { code: 'closed' }
  | Invalid
  | Stale;

export type PinAnswer =
  | { code: 'pinned' }
  | ({ code: 'not_held'; state: HoldEnd | 'unknown' } & HoldKey)
  | { code: 'closed' }
  | Stale;

export type ExtendAnswer =
  { code: 'extended'; expiresAt: number } | { code: 'not_held'; state: HoldEnd | 'unknown' } | Stale;

/** `missing`: holds that this engine does not have as live or already so ended; its memory needs a rebuild. */
export type SettleAnswer = ({ code: 'done'; missing: HoldKey[] } & Effects) | Stale;

export type ExpireAnswer =
  | ({ code: 'done' } & Effects)
  | { code: 'pinned' }
  | { code: 'not_due'; expiresAt: number }
  | { code: 'not_held'; state: HoldEnd | 'unknown' }
  | Stale;

/** `duePinned`: paying holds past the time they were pinned for; only Postgres and the provider can settle them. */
export type SweepAnswer = ({ code: 'done'; duePinned: HoldKey[]; more: boolean } & Effects) | Stale;

export type AdjustAnswer =
  | ({ code: 'adjusted'; replay: boolean } & Counters & Effects)
  | { code: 'not_enough'; available: number }
  | { code: 'unknown_variant' }
  | Stale;

export type JoinAnswer =
  | { code: 'waiting' }
  | { code: 'available' }
  | { code: 'limit_reached' }
  | { code: 'closed' }
  | { code: 'unknown_variant' }
  | Stale;

export type CloseAnswer = { code: 'closed'; released: HoldKey[]; more: boolean } | Stale;

export interface Waiter extends HoldKey {
  variantId: string;
  /** Position in the order of arrival; the smallest is next. */
  rank: number;
}

/** A hold as Postgres remembers it, to be put back into an engine that lost its memory. */
export interface StoredHold extends HoldKey {
  state: LiveState | HoldEnd;
  startedAt: number;
  expiresAt: number;
  endedAt: number | null;
  lines: TermedLine[];
}

/** Everything a sale needs to go on after an engine lost it. */
export interface SaleMemory {
  rules: SaleRules;
  variants: SaleVariant[];
  /** Live holds, and ended ones that are young enough to be asked for again. */
  holds: AsyncIterable<StoredHold[]> | Iterable<StoredHold[]>;
  /** Units bought per buyer; needed where the sale has a limit. */
  bought: Iterable<{ buyerId: string; units: number }[]>;
  waiting: Iterable<Waiter[]>;
}

export type JournalKind = 'reserve' | 'promote' | 'confirm' | 'release' | 'expire' | 'reverse' | 'adjust';

/** One change of counters, written in the same atomic step as the change. */
export interface JournalEntry {
  position: string;
  kind: JournalKind;
  hold: HoldKey | null;
  startedAt: number;
  expiresAt: number;
  lines: TermedLine[];
}

/** A sale as an engine has it, read in one atomic step. */
export interface SaleSnapshot {
  epoch: number;
  rules: SaleRules;
  variants: (Counters & { variantId: string; terms: string; waiting: number })[];
}

/** `SaleSnapshot` with what its counters should amount to, for the reconciler and for tests of invariants. */
export interface SaleInspection extends SaleSnapshot {
  /** Counters as the journal replayed from its base gives them. */
  replayed: (Counters & { variantId: string })[];
  /** Everything below the counters; left out unless asked for, since a large sale has many holds. */
  detail?: InspectedDetail;
}

export interface InspectedDetail {
  holds: StoredHold[];
  /** Hold keys per variant as the expiry index has them. */
  index: { variantId: string; keys: HoldKey[] }[];
  pinned: HoldKey[];
  buyers: { buyerId: string; units: number }[];
}

/** Most holds past their time that one call touches, so that no call blocks an engine for long. */
export const DUE_PER_CALL = 200;
/** How long an ended hold id is remembered: longer than any request that names it can be under way. */
export const ENDED_KEPT_MS = 15 * 60_000;

/**
 * The gate that decides who gets a unit. All engines answer alike; libs/inventory/contract holds them to it.
 *
 * Every call is one atomic step for its sale, counts by the engine's own clock, and treats a hold past its time as
 * free. No method waits for anything but its engine; a lost connection rejects, and the caller may repeat any call.
 */
export interface HoldStore {
  /** Makes a sale, or does nothing when the engine already has it at this epoch. Give every epoch once only. */
  open(sale: SaleRef, rules: SaleRules, variants: readonly SaleVariant[]): Promise<void>;
  /** Claims units for a buyer, all lines or none. A repeated key gives the first answer. */
  reserve(request: ReserveRequest): Promise<ReserveAnswer>;
  /** Keeps holds for a payment: from now on only a verdict ends them. All or none; repeating is fine. */
  pin(sale: SaleRef, keys: readonly HoldKey[]): Promise<PinAnswer>;
  /** Moves the end of a live hold to `until`; never to an earlier time. */
  extend(sale: SaleRef, key: HoldKey, until: number): Promise<ExtendAnswer>;
  /** Tells that Postgres sold these holds. */
  confirm(sale: SaleRef, keys: readonly HoldKey[]): Promise<SettleAnswer>;
  /** Tells that Postgres released these holds, paying ones included; freed units go to waiters first. */
  release(sale: SaleRef, keys: readonly HoldKey[]): Promise<SettleAnswer>;
  /** Ends one held hold that is past its time. */
  expire(sale: SaleRef, key: HoldKey): Promise<ExpireAnswer>;
  /** Ends holds past their time, promotes waiters, forgets old ended ids. */
  sweep(sale: SaleRef): Promise<SweepAnswer>;
  /** Adds units (or, below zero, takes available ones away); `changeId` makes a repeat harmless. */
  adjust(sale: SaleRef, change: StockChange): Promise<AdjustAnswer>;
  /** Takes sold units back: into `available`, or out of the sale. `changeId` makes a repeat harmless. */
  reverse(sale: SaleRef, change: Reversal): Promise<AdjustAnswer>;
  /** Changes rules or prices of a sale. */
  change(sale: SaleRef, change: RuleChange): Promise<{ code: 'changed' } | Stale>;
  /** Lets a buyer wait for one unit of a sold-out variant. */
  join(sale: SaleRef, waiter: Waiter): Promise<JoinAnswer>;
  leave(sale: SaleRef, waiter: Waiter): Promise<{ code: 'left' } | Stale>;
  /** Gives free units of a variant to its waiters. */
  promote(sale: SaleRef, variantId: string): Promise<({ code: 'done' } & Effects) | Stale>;
  /** Ends a sale: `closed` lets holds live on, `stopped` releases the unpaid ones (call again while `more`). */
  close(sale: SaleRef, how: 'closed' | 'stopped'): Promise<CloseAnswer>;
  /** Replaces whatever the engine has of the sale by this memory, at a new epoch. */
  rebuild(sale: SaleRef, memory: SaleMemory): Promise<{ replid: string }>;
  /** Forgets a sale that is over. */
  drop(saleId: string): Promise<void>;

  /** Which of these keys the engine has, live or ended; cheap, and the one question a sold-out answer needs. */
  known(saleId: string, keys: readonly HoldKey[]): Promise<boolean[]>;
  read(sale: SaleRef, variantIds: readonly string[] | 'all'): Promise<SaleSnapshot | Stale>;
  inspect(saleId: string, depth: 'counters' | 'holds'): Promise<SaleInspection | undefined>;
  /** Oldest journal entries first. */
  readJournal(saleId: string, limit: number): Promise<JournalEntry[]>;
  /** Folds entries up to `position` into the journal's base and drops them. */
  trimJournal(saleId: string, position: string): Promise<void>;
}

export interface StockChange {
  changeId: string;
  variantId: string;
  delta: number;
  /** Terms of a variant that the sale does not have yet; without them it is `unknown_variant`. */
  terms?: string;
}

export interface Reversal {
  changeId: string;
  variantId: string;
  quantity: number;
  /** Whose limit gets the units back. */
  buyerId: string | null;
  to: 'available' | 'outside';
}

export interface RuleChange {
  state?: EngineState;
  startsAt?: number | null;
  endsAt?: number | null;
  prices?: readonly { variantId: string; terms: string }[];
}
