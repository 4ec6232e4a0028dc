import { newObjectId } from './object-ids.ts';
import type { SandboxEvent, StripeObject } from './shapes.ts';

/** Something the sandbox will do by itself when its clock reaches `atMs`. */
export interface Timer {
  atMs: number;
  kind: 'settle_processing' | 'expire_authorization' | 'settle_refund' | 'open_dispute';
  objectId: string;
}

/** The answer kept under an idempotency key. */
export interface KeptAnswer {
  key: string;
  /** Hash of method, path and parameters: the same key with others is an error. */
  fingerprint: string;
  status: number;
  body: string;
}

/** All that one request changes; stored in one transaction or not at all. */
export class Changes {
  readonly saved = new Map<string, StripeObject>();
  readonly events: SandboxEvent[] = [];
  readonly timers: Timer[] = [];
  keptAnswer: KeptAnswer | undefined;
  readonly nowMs: number;
  private readonly cause: SandboxEvent['request'];
  private readonly apiVersion: string | null;

  constructor(nowMs: number, cause: SandboxEvent['request'], apiVersion: string | null) {
    this.nowMs = nowMs;
    this.cause = cause;
    this.apiVersion = apiVersion;
  }

  /** The present second by the sandbox's clock. */
  get nowS(): number {
    return Math.floor(this.nowMs / 1_000);
  }

  /** Stores `object` as it is now and returns it. */
  save<T extends StripeObject>(object: T): T {
    this.saved.set(object.id, object);
    return object;
  }

  /** Records an event of `type` with a copy of `object` as it is now. */
  emit(type: string, object: StripeObject, previous?: Record<string, unknown>): void {
    this.events.push({
      id: newObjectId('evt'),
      object: 'event',
      api_version: this.apiVersion,
      created: this.nowS,
      data: { object, ...(previous ? { previous_attributes: previous } : {}) },
      livemode: false,
      pending_webhooks: 0,
      request: this.cause,
      type,
    });
  }

  schedule(kind: Timer['kind'], objectId: string, inS: number): void {
    this.timers.push({ kind, objectId, atMs: this.nowMs + inS * 1_000 });
  }
}
