import { recordAct } from '../audit/record-act.ts';
import { SigningKeys } from './signing-keys.ts';

/** Replaces the signing key because staff say so; it is on the record who did. */
export class RotateKeys {
  private readonly keys: SigningKeys;

  constructor(keys: SigningKeys) {
    this.keys = keys;
  }

  /** The id of the new key; with `discard` what former keys signed counts no more. */
  rotate(discard: boolean, actorId: string, address: string): Promise<string> {
    return this.keys.rotate(discard, (query, keyId) =>
      recordAct(query, { actorId, action: 'keys.rotated', address, data: { keyId, discard } }),
    );
  }
}
