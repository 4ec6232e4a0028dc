import type { UpstreamAnswer } from './upstream.ts';

/** Bytes of answers kept; the oldest go first. */
const KEPT_BYTES = 256 * 1024 * 1024;

/** Nothing is kept longer, whatever its headers say: a relay holds the live edge, not the archive. */
const LONGEST_KEPT_MS = 60_000;

interface Kept {
  answer: UpstreamAnswer;
  until: number;
}

/**
 * One request to the origin above for however many viewers ask the same at the same time, and for those who ask while the
 * answer may be cached.
 */
export class SharedAnswers {
  private readonly fetchAnswer: (path: string) => Promise<UpstreamAnswer>;
  private readonly now: () => number;
  private readonly asking = new Map<string, Promise<UpstreamAnswer>>();
  private readonly kept = new Map<string, Kept>();
  private bytes = 0;

  constructor(fetchAnswer: (path: string) => Promise<UpstreamAnswer>, now: () => number = Date.now) {
    this.fetchAnswer = fetchAnswer;
    this.now = now;
  }

  async get(path: string): Promise<UpstreamAnswer> {
    const known = this.kept.get(path);
    if (known && known.until > this.now()) return known.answer;
    const under = this.asking.get(path);
    if (under) return under;
    const asking = this.fetchAnswer(path).finally(() => this.asking.delete(path));
    this.asking.set(path, asking);
    const answer = await asking;
    this.keep(path, answer);
    return answer;
  }

  private keep(path: string, answer: UpstreamAnswer): void {
    const [, seconds = '0'] = /\bmax-age=(\d+)/.exec(answer.headers['cache-control'] ?? '') ?? [];
    const keptMs = Math.min(LONGEST_KEPT_MS, Number(seconds) * 1_000);
    this.forget(path);
    if (answer.status !== 200 || keptMs === 0) return;
    this.kept.set(path, { answer, until: this.now() + keptMs });
    this.bytes += answer.body.length;
    for (const oldest of this.kept.keys()) {
      if (this.bytes <= KEPT_BYTES) return;
      this.forget(oldest);
    }
  }

  private forget(path: string): void {
    const known = this.kept.get(path);
    if (!known) return;
    this.kept.delete(path);
    this.bytes -= known.answer.body.length;
  }
}
