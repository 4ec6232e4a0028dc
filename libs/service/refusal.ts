import { errorDefinition, problemOf, type ErrorCode, type Problem } from '#contracts';

export interface RefusalDetails {
  /** One sentence for the person at the other end. */
  detail?: string;
  /** Further members of the problem, e.g. `{ waitlist: true }`. */
  extra?: Record<string, unknown>;
  headers?: Record<string, string>;
  cause?: unknown;
}

/** An expected refusal on its way to the caller; only controllers and hooks throw it. */
export class Refusal extends Error {
  override name = 'Refusal';
  readonly code: ErrorCode;
  readonly status: number;
  readonly headers: Record<string, string>;
  private readonly details: RefusalDetails;

  constructor(code: ErrorCode, details: RefusalDetails = {}) {
    super(details.detail ?? errorDefinition(code).title, { cause: details.cause });
    this.code = code;
    this.status = errorDefinition(code).status;
    this.headers = details.headers ?? {};
    this.details = details;
  }

  toProblem(requestId?: string): Problem {
    return problemOf(this.code, this.details.detail, {
      ...this.details.extra,
      ...(requestId ? { requestId } : {}),
    });
  }
}

/** The refusal `code`, to be thrown. */
export function refuse(code: ErrorCode, details?: RefusalDetails): Refusal {
  return new Refusal(code, details);
}
