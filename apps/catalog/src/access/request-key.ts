import { hash } from 'node:crypto';

/**
 * What marks the row that a creating request made: its caller's Idempotency-Key. The kept answer is lost when the
 * process dies between the row and the answer; a repeat then finds the row by this key.
 */
export function requestKey(userId: string, call: string, idempotencyKey: string): string {
  return hash('sha256', `${userId} ${call} ${idempotencyKey}`, 'base64url');
}
