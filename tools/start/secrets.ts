import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const SECRET_BYTES = 24;

/** Passwords and tokens of one installation: made when first asked for, kept in a file that only its owner may read. */
export interface Secrets {
  get(name: string): string;
}

/** Opens the secrets of a data folder. */
export function openSecrets(dataDir: string): Secrets {
  const file = join(dataDir, 'secrets.json');
  const known = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>) : {};
  return {
    get(name) {
      const found = known[name];
      if (found) return found;
      const made = randomBytes(SECRET_BYTES).toString('base64url');
      known[name] = made;
      writeFileSync(`${file}.new`, `${JSON.stringify(known, null, 2)}\n`, { mode: 0o600 });
      renameSync(`${file}.new`, file);
      return made;
    },
  };
}
