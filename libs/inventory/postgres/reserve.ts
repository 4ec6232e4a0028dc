import type * as port from '../hold-store.ts';
import { freeDue } from './finish-holds.ts';
import { promoteWaiting } from './promote-waiting.ts';
import type { SaleSession } from './sale-session.ts';

interface Look {
  known: {
    state: port.LiveState | port.HoldEnd;
    startedAt: number;
    expiresAt: number;
    lines: port.TermedLine[];
  } | null;
  /** Terms by variant; a variant that is missing is not in the sale. */
  terms: Record<string, string> | null;
  /** Variants that somebody waits for. */
  waited: string[] | null;
}

/** Why an attempt took nothing: variants with too few units, and whether the buyer's own were too many. */
interface Failure {
  short: string[];
  overLimit: boolean;
}

interface Took {
  fresh: boolean;
  units: Record<string, number> | null;
  buyerUnits: number | null;
}

/** Claims units: the usual case in two statements, the crowded one after housekeeping. */
export async function reserve(
  session: SaleSession,
  request: port.ReserveRequest,
): Promise<port.ReserveAnswer> {
  const { rules, now } = session;
  const lines = request.lines.toSorted(byVariant);
  const look = await lookAt(session, request, lines);
  if (look.known) return repeat(look.known, request, lines, now);
  if (rules.state === 'closed' || rules.state === 'stopped') return { code: 'closed' };
  if (rules.state !== 'open') return { code: 'not_open', startsAt: rules.startsAt, paused: true };
  if (rules.startsAt !== null && rules.startsAt > now)
    return { code: 'not_open', startsAt: rules.startsAt, paused: false };
  if (rules.endsAt !== null && rules.endsAt <= now) return { code: 'closed' };
  if (!areWhole(lines)) return { code: 'invalid', reason: 'lines' };
  const terms = look.terms ?? {};
  if (lines.some((line) => terms[line.variantId] === undefined))
    return { code: 'invalid', reason: 'unknown_variant' };
  const termed = lines.map((line) => ({ ...line, terms: terms[line.variantId] ?? '' }));
  for (const variantId of look.waited ?? []) await cleanUp(session, variantId);
  const first = await attempt(session, request, termed);
  return 'short' in first ? crowded(session, request, termed, first) : first;
}

/** After a first attempt that found too few units, or too many of the buyer's own: what is past its time goes first. */
async function crowded(
  session: SaleSession,
  request: port.ReserveRequest,
  lines: readonly port.TermedLine[],
  failed: Failure,
): Promise<port.ReserveAnswer> {
  for (const variantId of failed.short) await cleanUp(session, variantId);
  if (failed.overLimit && (await isOverLimit(session, request))) {
    await freeDue(session, { buyerId: request.buyerId });
    await promoteWaiting(session);
  }
  const second = await attempt(session, request, lines);
  if (!('short' in second)) return second;
  const limit = session.rules.limitPerBuyer;
  if (second.overLimit) {
    const units = await unitsOfBuyer(session, request.buyerId);
    return { code: 'limit_reached', limit, units, ...session.effects };
  }
  const variantId = second.short[0] ?? lines[0]?.variantId ?? '';
  const [counts] = await session.query<{ held: number }>(
    `SELECT count(*)::integer AS held FROM engine_units
     WHERE sale_id = $1 AND variant_id = $2 AND state IN ('held', 'paying')`,
    [session.saleId, variantId],
  );
  return { code: 'sold_out', variantId, outstanding: counts?.held ?? 0, ...session.effects };
}

async function cleanUp(session: SaleSession, variantId: string): Promise<void> {
  await freeDue(session, { variantIds: [variantId] });
  await promoteWaiting(session);
}

async function isOverLimit(session: SaleSession, { buyerId, lines }: port.ReserveRequest): Promise<boolean> {
  const wanted = lines.reduce((sum, line) => sum + line.quantity, 0);
  return (await unitsOfBuyer(session, buyerId)) + wanted > session.rules.limitPerBuyer;
}

async function unitsOfBuyer({ query, saleId }: SaleSession, buyerId: string): Promise<number> {
  const [buyer] = await query<{ units: number }>(
    'SELECT units FROM engine_buyers WHERE sale_id = $1 AND buyer_id = $2',
    [saleId, buyerId],
  );
  return buyer?.units ?? 0;
}

async function lookAt(
  { query, saleId }: SaleSession,
  { holdId, buyerId }: port.HoldKey,
  lines: readonly port.HoldLine[],
): Promise<Look> {
  const variantIds = lines.map((line) => line.variantId);
  const [look] = await query<Look>(
    `SELECT (SELECT jsonb_build_object('state', state, 'startedAt', started_at, 'expiresAt', expires_at, 'lines', lines)
         FROM engine_holds WHERE hold_id = $2 AND buyer_id = $3 AND sale_id = $1) AS known,
       (SELECT jsonb_object_agg(variant_id, terms) FROM engine_variants
         WHERE sale_id = $1 AND variant_id = ANY($4::uuid[])) AS terms,
       (SELECT array_agg(DISTINCT variant_id ORDER BY variant_id) FROM engine_waiting
         WHERE sale_id = $1 AND variant_id = ANY($4::uuid[])) AS waited`,
    [saleId, holdId, buyerId, variantIds],
  );
  return look ?? { known: null, terms: null, waited: null };
}

/** Takes everything in one statement, or undoes what it took and says why. */
async function attempt(
  session: SaleSession,
  request: port.ReserveRequest,
  lines: readonly port.TermedLine[],
): Promise<port.ReserveAnswer | Failure> {
  const { query, saleId, now, rules, effects } = session;
  const expiresAt = now + rules.holdTtlMs;
  const { holdId, buyerId } = request;
  const wanted = lines.reduce((sum, line) => sum + line.quantity, 0);
  const limited = rules.limitPerBuyer > 0;
  const [took] = await query<Took>(TAKE, [
    saleId,
    holdId,
    buyerId,
    now,
    expiresAt,
    JSON.stringify(lines),
    lines.map((line) => line.variantId),
    lines.map((line) => line.quantity),
    wanted,
    rules.limitPerBuyer,
    limited,
  ]);
  if (!took?.fresh) {
    // The same key is being reserved by another call, which has committed since: its answer is the first one.
    const look = await lookAt(session, request, lines);
    if (look.known) return repeat(look.known, request, lines, now);
    return { short: [], overLimit: false };
  }
  const short = lines
    .filter((line) => took.units?.[line.variantId] !== line.quantity)
    .map((line) => line.variantId);
  const overLimit = limited && took.buyerUnits === null;
  if (short.length === 0 && !overLimit) {
    await query(
      `INSERT INTO engine_journal (sale_id, kind, hold_id, buyer_id, started_at, expires_at, lines)
       VALUES ($1, 'reserve', $2, $3, $4, $5, $6)`,
      [saleId, holdId, buyerId, now, expiresAt, JSON.stringify(lines)],
    );
    const claim = { holdId, buyerId, startedAt: now, expiresAt, lines: [...lines] };
    return { code: 'held', replay: false, state: 'held', ...claim, ...effects };
  }
  await query(UNDO, [saleId, holdId, buyerId, took.buyerUnits === null ? 0 : wanted]);
  return { short, overLimit };
}

/** Takes free units that nobody else is just taking; the buyer's row makes their requests take turns. */
const TAKE = `
WITH wanted AS (
  SELECT * FROM unnest($7::uuid[], $8::integer[]) AS line (variant_id, quantity)
), hold AS (
  INSERT INTO engine_holds (sale_id, hold_id, buyer_id, state, started_at, expires_at, ask_at, lines)
  VALUES ($1, $2, $3, 'held', $4, $5, $5, $6) ON CONFLICT (hold_id, buyer_id, sale_id) DO NOTHING RETURNING 1
), buyer AS (
  INSERT INTO engine_buyers AS b (sale_id, buyer_id, units)
  SELECT $1, $3, $9 FROM hold WHERE $11 AND $9::integer <= $10::integer
  ON CONFLICT (sale_id, buyer_id) DO UPDATE SET units = b.units + $9 WHERE b.units + $9 <= $10 RETURNING units
), free AS MATERIALIZED (
  SELECT wanted.variant_id, unit.unit FROM hold, wanted, LATERAL (
    SELECT u.unit FROM engine_units u WHERE u.sale_id = $1 AND u.variant_id = wanted.variant_id AND u.state = 'free'
    LIMIT wanted.quantity FOR UPDATE SKIP LOCKED
  ) AS unit
), taken AS (
  UPDATE engine_units u SET state = 'held', hold_id = $2, buyer_id = $3 FROM free
  WHERE u.sale_id = $1 AND u.variant_id = free.variant_id AND u.unit = free.unit RETURNING u.variant_id
)
SELECT EXISTS (SELECT 1 FROM hold) AS fresh,
  (SELECT jsonb_object_agg(variant_id, units) FROM (SELECT variant_id, count(*) AS units FROM taken GROUP BY 1) AS t) AS units,
  (SELECT units FROM buyer) AS "buyerUnits"`;

const UNDO = `
WITH units AS (
  UPDATE engine_units SET state = 'free', hold_id = NULL, buyer_id = NULL
  WHERE sale_id = $1 AND hold_id = $2 AND buyer_id = $3
), buyer AS (
  UPDATE engine_buyers SET units = units - $4::integer WHERE sale_id = $1 AND buyer_id = $3 AND $4::integer > 0
)
DELETE FROM engine_holds WHERE hold_id = $2 AND buyer_id = $3 AND sale_id = $1`;

function repeat(
  known: NonNullable<Look['known']>,
  { holdId, buyerId }: port.HoldKey,
  lines: readonly port.HoldLine[],
  now: number,
): port.ReserveAnswer {
  if (known.lines.length > 0 && textOf(known.lines) !== textOf(lines))
    return { code: 'invalid', reason: 'other_lines' };
  if (known.state === 'held' && known.expiresAt <= now) return { code: 'ended', state: 'expired' };
  if (known.state !== 'held' && known.state !== 'paying') return { code: 'ended', state: known.state };
  return {
    code: 'held',
    replay: true,
    holdId,
    buyerId,
    ...known,
    state: known.state,
    expired: [],
    promoted: [],
  };
}

function areWhole(lines: readonly port.HoldLine[]): boolean {
  const once = new Set(lines.map((line) => line.variantId)).size === lines.length;
  const whole = lines.every(({ quantity }) => Number.isInteger(quantity) && quantity >= 1 && quantity < 1e7);
  return once && whole && lines.length > 0;
}

function textOf(lines: readonly port.HoldLine[]): string {
  return lines
    .toSorted(byVariant)
    .map((line) => `${line.variantId}=${line.quantity}`)
    .join();
}

function byVariant(a: port.HoldLine, b: port.HoldLine): number {
  return a.variantId < b.variantId ? -1 : 1;
}
