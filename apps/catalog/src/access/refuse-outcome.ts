import type { ErrorCode } from '#contracts';
import { refuse, type Refusal } from '#service';

/** The refusal of a use case that said no; a conflict tells the version that is true now. */
export function refuseOutcome(outcome: { code: ErrorCode; version?: number; detail?: string }): Refusal {
  const { code, version, detail } = outcome;
  return refuse(code, {
    ...(detail ? { detail } : {}),
    ...(version === undefined ? {} : { extra: { version } }),
  });
}
