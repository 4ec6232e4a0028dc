import type { Findings } from './report.ts';

/** An answer with what the rules look at. */
export interface WireAnswer {
  status: number;
  headers: Headers;
  body: Uint8Array;
  /** From asking to having all of it. */
  tookMs: number;
}

/** Longer than any answer may take: blocked playlists come within nine seconds. */
const TIMEOUT_MS = 12_000;

/** Fetches as a player does and notes every refusal: a playing viewer never gets one. */
export class Wire {
  private readonly findings: Findings;

  constructor(findings: Findings) {
    this.findings = findings;
  }

  /** Undefined when there was no answer, or none with status 200. */
  async get(url: string): Promise<WireAnswer | undefined> {
    const began = performance.now();
    this.findings.requests++;
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
      const body = new Uint8Array(await answer.arrayBuffer());
      const tookMs = performance.now() - began;
      if (answer.status === 200) return { status: 200, headers: answer.headers, body, tookMs };
      this.findings.add('status', shorten(url), `answered ${answer.status} after ${Math.round(tookMs)} ms`);
    } catch (error) {
      this.findings.add('no-answer', shorten(url), error instanceof Error ? error.message : String(error));
    }
    return undefined;
  }
}

/** An address without host and delivery directives, so that the same fault at many positions is one finding. */
export function shorten(url: string): string {
  const { pathname } = new URL(url);
  return pathname.replace(/-\d+(\.\d+)?\.m4s$/, '-*.m4s');
}
