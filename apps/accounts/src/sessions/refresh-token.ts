import { Id } from '#contracts';
import type { Seal } from '../tokens/seal.ts';

/** What a refresh token names: a session, and which of its tokens this is. */
export interface RefreshClaim {
  sessionId: string;
  generation: number;
}

/** `<sessionId>.<generation>.<seal>`: nothing of it is stored, and older generations are still known as ours. */
export function writeRefreshToken(seal: Seal, claim: RefreshClaim, salt: string): string {
  return `${claim.sessionId}.${claim.generation}.${seal.sign(sealedText(claim, salt))}`;
}

/** The claim in `token`, not yet checked; undefined when it has not the form. */
export function readRefreshToken(token: string): (RefreshClaim & { signature: string }) | undefined {
  const [sessionId, generation, signature, ...rest] = token.split('.');
  if (!Id.safeParse(sessionId).success || !/^\d{1,9}$/.test(generation ?? '') || rest.length > 0)
    return undefined;
  return signature ? { sessionId: sessionId ?? '', generation: Number(generation), signature } : undefined;
}

/** Whether we made the token: only then it may do anything, even end its session. */
export function isOurRefreshToken(
  seal: Seal,
  claim: RefreshClaim & { signature: string },
  salt: string,
): boolean {
  return seal.verify(sealedText(claim, salt), claim.signature);
}

function sealedText({ sessionId, generation }: RefreshClaim, salt: string): string {
  return `refresh ${sessionId} ${generation} ${salt}`;
}
