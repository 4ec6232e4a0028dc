import { refuse } from '#service';
import { HasherBusy } from './password-hasher.ts';

/** `work`; a hasher that has too much to do becomes the refusal `unavailable`. */
export async function orUnavailable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof HasherBusy)
      throw refuse('unavailable', { headers: { 'retry-after': '2' }, cause: error });
    throw error;
  }
}

/** The header that tells when a throttled try may come again. */
export function retryAfter(outcome: object): { headers?: Record<string, string> } {
  return 'retryAfterS' in outcome ? { headers: { 'retry-after': String(outcome.retryAfterS) } } : {};
}
