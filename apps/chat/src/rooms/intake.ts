import type { ChatLine, SayReply } from '#contracts';
import { isStaff, badgesOf, type Actor } from './actor.ts';
import type { Answer, Ask, Refused } from './asks.ts';
import { mentionsIn } from '../lines/mentions.ts';
import type { LineRank } from '../lines/live-budget.ts';
import { moderate } from '../moderation/moderate.ts';
import type { KnownLine, RoomMemory } from './room-memory.ts';
import type { LineState, NewReport, ProgrammeClock, RoomStart, Standing, StoredLine } from './room-ports.ts';

/** What waits for the next turn is bounded: a room that cannot store refuses instead of growing. */
const MOST_WAITING = 2_000;
const EXCERPT_CHARS = 80;

export type SayAsk = Extract<Ask, { ask: 'say' }>;
export type VoteAsk = Extract<Ask, { ask: 'vote' }>;

/** A line that passed the rules and waits to be stored and shown. */
export interface WaitingLine {
  stored: StoredLine;
  rank: LineRank;
  settle(answer: Answer): void;
  /** Forgets that it was said, so that a retry is not taken for a repeat. */
  undo(): void;
}

export interface WaitingVote {
  pollId: string;
  userId: string;
  choice: number;
  settle(answer: Answer): void;
}

export interface WaitingReport {
  report: NewReport;
  settle(answer: Answer): void;
}

export interface IntakeParts {
  memory: RoomMemory;
  show(): RoomStart['show'];
  pollOpen(pollId: string): number | undefined;
  standing(userId: string, strict: boolean): Promise<Standing>;
  programme: ProgrammeClock;
  now(): number;
  newId(): string;
  /** Something waits: a turn is due. */
  onWaiting(): void;
}

const BUSY: Refused = { ok: false, code: 'unavailable', retryAfterMs: 1_000 };

/** Takes what viewers send, refuses what the rules refuse, and keeps the rest for the next turn. */
export class Intake {
  readonly #parts: IntakeParts;
  lines: WaitingLine[] = [];
  votes: WaitingVote[] = [];
  reports: WaitingReport[] = [];
  readonly #inFlight = new Map<string, Promise<Answer>>();

  constructor(parts: IntakeParts) {
    this.#parts = parts;
  }

  get waiting(): number {
    return this.lines.length + this.votes.length + this.reports.length;
  }

  /** Answers when the line is stored and in the stream, or refused. The same key gets the same answer. */
  say(ask: SayAsk): Promise<Answer> {
    const key = `${ask.actor.userId} ${ask.key}`;
    const known = this.#inFlight.get(key);
    if (known) return known;
    const answer = this.#say(ask).finally(() => this.#inFlight.delete(key));
    this.#inFlight.set(key, answer);
    return answer;
  }

  vote(ask: VoteAsk): Promise<Answer> | Answer {
    const options = this.#parts.pollOpen(ask.pollId);
    if (options === undefined) return { ok: false, code: 'poll_closed' };
    if (ask.actor.guest) return { ok: false, code: 'guests_may_not_write' };
    if (ask.choice >= options) return { ok: false, code: 'invalid_request' };
    if (this.#parts.memory.sanctionOf(ask.actor.userId)?.kind === 'ban')
      return { ok: false, code: 'chat_banned' };
    return this.#wait((settle) => {
      this.votes.push({ pollId: ask.pollId, userId: ask.actor.userId, choice: ask.choice, settle });
    });
  }

  report(ask: Extract<Ask, { ask: 'report' }>): Promise<Answer> | Answer {
    if (ask.actor.guest) return { ok: false, code: 'unauthenticated' };
    const report = {
      id: this.#parts.newId(),
      lineId: ask.lineId,
      reporterId: ask.actor.userId,
      reason: ask.reason,
      note: ask.note ?? null,
    };
    return this.#wait((settle) => void this.reports.push({ report, settle }));
  }

  /** Lines for one turn, oldest first. */
  takeLines(most: number): WaitingLine[] {
    return this.lines.splice(0, most);
  }

  /** Turns away everything that waits. */
  refuseAll(answer: Answer): void {
    for (const line of this.lines.splice(0)) {
      line.undo();
      line.settle(answer);
    }
    for (const { settle } of [...this.votes.splice(0), ...this.reports.splice(0)]) settle(answer);
  }

  #wait(add: (settle: (answer: Answer) => void) => void): Promise<Answer> | Answer {
    if (this.waiting >= MOST_WAITING) return BUSY;
    return new Promise((resolve) => {
      add(resolve);
      this.#parts.onWaiting();
    });
  }

  async #say(ask: SayAsk): Promise<Answer> {
    const { memory, now } = this.#parts;
    const { actor } = ask;
    const before = memory.knownLine(actor.userId, ask.key);
    const given = memory.roles.get(actor.userId);
    const staff = isStaff(actor, given);
    if (before) return sayReply(before, staff ? 0 : memory.nextLineIn(actor.userId));
    if (this.waiting >= MOST_WAITING) return BUSY;
    const { followersOnlyS, buyersOnly } = memory.modes;
    const strict = !staff && (followersOnlyS !== null || buyersOnly);
    const standing = await this.#parts.standing(actor.userId, strict);
    const at = now();
    const verdict = moderate(
      { authorId: actor.userId, guest: actor.guest, staff, address: ask.address, text: ask.text },
      memory,
      standing,
      at,
    );
    if (verdict.do === 'refuse') {
      const { code, retryAfterMs } = verdict;
      return { ok: false, code, ...(retryAfterMs ? { retryAfterMs } : {}) };
    }
    const replyTo = ask.replyTo ? memory.shownLine(ask.replyTo) : undefined;
    if (ask.replyTo && !replyTo) return { ok: false, code: 'line_not_found' };
    const line: ChatLine = {
      id: this.#parts.newId(),
      seq: 0,
      key: ask.key,
      author: { id: actor.userId, name: nameOf(actor), badges: badgesOf(actor, given, standing.showsBadge) },
      text: verdict.text,
      at,
      ...(replyTo ? { replyTo: quote(replyTo) } : {}),
      ...mentioned(verdict.text, memory),
      ...(ask.question ? { question: true as const } : {}),
    };
    const state: LineState = verdict.do === 'show' ? 'shown' : verdict.do === 'hold' ? 'held' : 'shadowed';
    const stored: StoredLine = {
      line,
      state,
      unseen: false,
      why: verdict.do === 'show' ? null : verdict.why,
      mediaTime: this.#parts.programme.at(this.#parts.show().showId, at),
    };
    const undo = memory.accept(line);
    const rank: LineRank = staff ? 0 : standing.buyer || line.question ? 1 : 2;
    return this.#wait((settle) => void this.lines.push({ stored, rank, settle, undo }));
  }
}

/** The answer to the sender. What only they can see looks like any other line to them. */
export function sayReply({ lineId, seq, state }: KnownLine, nextInMs: number): SayReply {
  const next = nextInMs > 0 ? { nextInMs } : {};
  return { ok: true, state: state === 'held' ? 'held' : 'sent', lineId, seq, ...next };
}

function nameOf(actor: Actor): string {
  return actor.name.slice(0, 60) || 'Guest';
}

function quote(line: ChatLine): NonNullable<ChatLine['replyTo']> {
  return {
    id: line.id,
    name: line.author.name,
    excerpt: [...line.text].slice(0, EXCERPT_CHARS / 2).join(''),
  };
}

function mentioned(text: string, memory: RoomMemory): Pick<ChatLine, 'mentions'> {
  const mentions = mentionsIn(text, (name) => memory.authorNamed(name));
  return mentions.length > 0 ? { mentions } : {};
}
