import type { Redis } from 'ioredis';
import type * as port from '../hold-store.ts';
import { ENDED_KEPT_MS } from '../hold-store.ts';
import { reached, ScriptRunner } from './client.ts';
import { endOf, keyText, parseEntry, parseKey, stateOf } from './hold-text.ts';
import { readInspection } from './inspection.ts';
import { saleKeys, type SaleKeys } from './keys.ts';
import { claimOf, countersOf, effectsOf, keyArgs, NO_EFFECTS, waiterArgs } from './call-parts.ts';
import { restoreSale, ruleArgs } from './restore-sale.ts';
import type { Script } from './script.ts';
import * as scripts from './scripts.generated.ts';

/** A pinned hold that the sweep named is not named again for this long; its verdict takes a while. */
const ASK_AGAIN_MS = 5_000;
const REMEMBERED_KEYS = 5_000;

const STALE = { code: 'stale_epoch' } as const;

/** The front gate: every rule is one Lua command on one hash tag, by Redis's own clock. */
export class RedisHoldStore implements port.HoldStore {
  private readonly runner: ScriptRunner;
  private readonly keyCache = new Map<string, SaleKeys>();

  constructor(redis: Redis, change?: (script: Script) => string) {
    this.runner = new ScriptRunner(redis, Object.values(scripts), change);
  }

  async open(
    sale: port.SaleRef,
    rules: port.SaleRules,
    variants: readonly port.SaleVariant[],
  ): Promise<void> {
    const args = { epoch: sale.epoch, state: rules.state, ...ruleArgs(rules) };
    const rest = variants.map((variant) => ({
      variant: variant.variantId,
      terms: variant.terms,
      unsold: variant.unsold,
      sold: variant.sold,
    }));
    await this.runner.run(scripts.openScript, this.keys(sale), { ...args, rest });
  }

  async reserve(request: port.ReserveRequest): Promise<port.ReserveAnswer> {
    const lines = request.lines.length > 1 ? request.lines.toSorted(byVariant) : request.lines;
    const reply = await this.runner.run(scripts.reserveScript, this.keys(request), {
      epoch: request.epoch,
      key: keyText(request),
      rest: lines.map((line) => ({ variant: line.variantId, quantity: line.quantity })),
    });
    const { holdId, buyerId } = request;
    switch (reply.code) {
      case 'ok':
        return {
          code: 'held',
          replay: false,
          state: 'held',
          holdId,
          buyerId,
          ...claimOf(reply),
          ...effectsOf(reply),
        };
      case 'replay':
        return {
          code: 'held',
          replay: true,
          state: reply.state === 'P' ? 'paying' : 'held',
          holdId,
          buyerId,
          ...claimOf(reply),
          ...NO_EFFECTS,
        };
      case 'ended':
        return { code: 'ended', state: stateOf(reply.state) as port.HoldEnd };
      case 'sold_out':
        return {
          code: 'sold_out',
          variantId: reply.variant,
          outstanding: reply.outstanding,
          ...effectsOf(reply),
        };
      case 'limit_reached':
        return { code: 'limit_reached', limit: reply.limit, units: reply.units, ...effectsOf(reply) };
      case 'not_open':
        return { code: 'not_open', startsAt: reply.startsAt || null, paused: reply.paused === 1 };
      case 'closed':
        return { code: 'closed' };
      case 'invalid':
        return { code: 'invalid', reason: reply.reason };
      case 'stale_epoch':
        return STALE;
    }
  }

  async pin(sale: port.SaleRef, keys: readonly port.HoldKey[]): Promise<port.PinAnswer> {
    const reply = await this.runner.run(scripts.pinScript, this.keys(sale), keyArgs(sale, keys));
    if (reply.code === 'ok') return { code: 'pinned' };
    if (reply.code !== 'not_held') return reply;
    return { code: 'not_held', ...parseKey(reply.key), state: endOf(reply.state) };
  }

  async extend(sale: port.SaleRef, key: port.HoldKey, until: number): Promise<port.ExtendAnswer> {
    const args = { epoch: sale.epoch, key: keyText(key), ends: until };
    const reply = await this.runner.run(scripts.extendScript, this.keys(sale), args);
    if (reply.code === 'ok') return { code: 'extended', expiresAt: reply.expiresAt };
    return reply.code === 'not_held' ? { code: 'not_held', state: endOf(reply.state) } : reply;
  }

  async confirm(sale: port.SaleRef, keys: readonly port.HoldKey[]): Promise<port.SettleAnswer> {
    const reply = await this.runner.run(scripts.confirmScript, this.keys(sale), keyArgs(sale, keys));
    if (reply.code !== 'ok') return reply;
    return { code: 'done', missing: reply.missing.map(parseKey), ...NO_EFFECTS };
  }

  async release(sale: port.SaleRef, keys: readonly port.HoldKey[]): Promise<port.SettleAnswer> {
    const reply = await this.runner.run(scripts.releaseScript, this.keys(sale), keyArgs(sale, keys));
    if (reply.code !== 'ok') return reply;
    return { code: 'done', missing: reply.missing.map(parseKey), ...effectsOf({ ...reply, expired: [] }) };
  }

  async expire(sale: port.SaleRef, key: port.HoldKey): Promise<port.ExpireAnswer> {
    const args = { epoch: sale.epoch, key: keyText(key) };
    const reply = await this.runner.run(scripts.expireScript, this.keys(sale), args);
    if (reply.code === 'ok') return { code: 'done', ...effectsOf({ ...reply, expired: [keyText(key)] }) };
    if (reply.code === 'exists') return { code: 'not_due', expiresAt: reply.expiresAt };
    return reply.code === 'not_held' ? { code: 'not_held', state: endOf(reply.state) } : reply;
  }

  async sweep(sale: port.SaleRef): Promise<port.SweepAnswer> {
    const args = { epoch: sale.epoch, keptMs: ENDED_KEPT_MS, askAgainMs: ASK_AGAIN_MS };
    const reply = await this.runner.run(scripts.sweepScript, this.keys(sale), args);
    if (reply.code !== 'ok') return reply;
    return {
      code: 'done',
      duePinned: reply.duePinned.map(parseKey),
      more: reply.more === 1,
      ...effectsOf(reply),
    };
  }

  async adjust(sale: port.SaleRef, change: port.StockChange): Promise<port.AdjustAnswer> {
    const reply = await this.runner.run(scripts.adjustScript, this.keys(sale), {
      epoch: sale.epoch,
      changeId: change.changeId,
      variant: change.variantId,
      delta: change.delta,
      terms: change.terms ?? '',
    });
    if (reply.code === 'ok') return { ...reply, code: 'adjusted', replay: false, ...effectsOf(reply) };
    if (reply.code === 'replay') return { ...reply, code: 'adjusted', replay: true, ...NO_EFFECTS };
    return reply.code === 'not_enough' ? { code: 'not_enough', available: reply.available } : reply;
  }

  async reverse(sale: port.SaleRef, change: port.Reversal): Promise<port.AdjustAnswer> {
    const reply = await this.runner.run(scripts.reverseScript, this.keys(sale), {
      epoch: sale.epoch,
      changeId: change.changeId,
      variant: change.variantId,
      quantity: change.quantity,
      buyer: change.buyerId ?? '',
      outside: change.to === 'outside' ? 1 : 0,
    });
    if (reply.code === 'ok') {
      return { ...reply, code: 'adjusted', replay: false, ...effectsOf({ ...reply, expired: [] }) };
    }
    if (reply.code === 'replay') return { ...reply, code: 'adjusted', replay: true, ...NO_EFFECTS };
    return reply.code === 'not_enough' ? { code: 'not_enough', available: reply.sold } : reply;
  }

  async change(sale: port.SaleRef, change: port.RuleChange): Promise<{ code: 'changed' } | port.Stale> {
    const reply = await this.runner.run(scripts.changeScript, this.keys(sale), {
      epoch: sale.epoch,
      state: change.state ?? '',
      startsAt: change.startsAt === undefined ? -1 : (change.startsAt ?? 0),
      endsAt: change.endsAt === undefined ? -1 : (change.endsAt ?? 0),
      rest: (change.prices ?? []).map((price) => ({ variant: price.variantId, terms: price.terms })),
    });
    return reply.code === 'ok' ? { code: 'changed' } : reply;
  }

  async join(sale: port.SaleRef, waiter: port.Waiter): Promise<port.JoinAnswer> {
    const reply = await this.runner.run(scripts.joinScript, this.keys(sale), {
      ...waiterArgs(sale, waiter),
      rank: waiter.rank,
    });
    return reply.code === 'ok' ? { code: 'waiting' } : reply;
  }

  async leave(sale: port.SaleRef, waiter: port.Waiter): Promise<{ code: 'left' } | port.Stale> {
    const reply = await this.runner.run(scripts.leaveScript, this.keys(sale), waiterArgs(sale, waiter));
    return reply.code === 'ok' ? { code: 'left' } : reply;
  }

  async promote(
    sale: port.SaleRef,
    variantId: string,
  ): Promise<({ code: 'done' } & port.Effects) | port.Stale> {
    const args = { epoch: sale.epoch, variant: variantId };
    const reply = await this.runner.run(scripts.promoteScript, this.keys(sale), args);
    return reply.code === 'ok' ? { code: 'done', ...effectsOf(reply) } : reply;
  }

  async close(sale: port.SaleRef, how: 'closed' | 'stopped'): Promise<port.CloseAnswer> {
    const args = { epoch: sale.epoch, state: how };
    const reply = await this.runner.run(scripts.closeScript, this.keys(sale), args);
    if (reply.code !== 'ok') return reply;
    return { code: 'closed', released: reply.released.map(parseKey), more: reply.more === 1 };
  }

  rebuild(sale: port.SaleRef, memory: port.SaleMemory): Promise<{ replid: string }> {
    return restoreSale(this.runner, this.keys(sale), sale, memory);
  }

  async drop(saleId: string): Promise<void> {
    await this.runner.run(scripts.dropScript, saleKeys(saleId), {});
    this.keyCache.delete(saleId);
  }

  async known(saleId: string, keys: readonly port.HoldKey[]): Promise<boolean[]> {
    if (keys.length === 0) return [];
    const { holds } = this.keys({ saleId });
    const found = await reached(() => this.runner.redis.hmget(holds, ...keys.map(keyText)), 'known');
    return found.map((text) => text !== null);
  }

  async read(
    sale: port.SaleRef,
    variantIds: readonly string[] | 'all',
  ): Promise<port.SaleSnapshot | port.Stale> {
    const reply = await this.runner.run(scripts.readScript, this.keys(sale), {
      epoch: sale.epoch,
      all: variantIds === 'all' ? 1 : 0,
      rest: variantIds === 'all' ? [] : variantIds.map((variant) => ({ variant })),
    });
    if (reply.code !== 'ok') return reply;
    return {
      epoch: sale.epoch,
      rules: {
        state: reply.state as port.EngineState,
        startsAt: reply.startsAt || null,
        endsAt: reply.endsAt || null,
        limitPerBuyer: reply.limit,
        holdTtlMs: reply.ttl,
      },
      variants: countersOf(reply.counters),
    };
  }

  async inspect(saleId: string, depth: 'counters' | 'holds'): Promise<port.SaleInspection | undefined> {
    const args = { holds: depth === 'holds' ? 1 : 0 };
    const reply = await this.runner.run(scripts.inspectScript, this.keys({ saleId }), args);
    return reply.code === 'ok' ? readInspection(reply.json, depth) : undefined;
  }

  async readJournal(saleId: string, limit: number): Promise<port.JournalEntry[]> {
    const { journal } = this.keys({ saleId });
    const entries = await reached(
      () => this.runner.redis.xrange(journal, '-', '+', 'COUNT', limit),
      'readJournal',
    );
    return entries.map(([position, fields]) => parseEntry(position, fields[1] ?? ''));
  }

  async trimJournal(saleId: string, position: string): Promise<void> {
    await this.runner.run(scripts.trimScript, this.keys({ saleId }), { position });
  }

  async ping(): Promise<void> {
    await reached(() => this.runner.redis.ping(), 'ping');
  }

  /** Identifies this server's memory: another one after every restart and promotion. */
  async memoryId(): Promise<string> {
    const info = await reached(() => this.runner.redis.info('replication'), 'info');
    return /master_replid:([0-9a-f]+)/.exec(info)?.[1] ?? '';
  }

  private keys({ saleId }: { saleId: string }): SaleKeys {
    let keys = this.keyCache.get(saleId);
    if (!keys) {
      if (this.keyCache.size >= REMEMBERED_KEYS) this.keyCache.clear();
      keys = saleKeys(saleId);
      this.keyCache.set(saleId, keys);
    }
    return keys;
  }
}

function byVariant(a: port.HoldLine, b: port.HoldLine): number {
  return a.variantId < b.variantId ? -1 : 1;
}
