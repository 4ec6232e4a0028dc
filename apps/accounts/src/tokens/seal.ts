import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** What is made of the deployment's one secret: each use has its own key. */
export interface Seal {
  /** Encrypts with AES-256-GCM; `label` is bound to the result. */
  close(plain: Buffer, label: string): Buffer;
  /** The plain bytes; throws when secret or label differ, or a bit changed. */
  open(sealed: Buffer, label: string): Buffer;
  /** HMAC-SHA256 over `text`, in base64url. */
  sign(text: string): string;
  /** Whether `signature` is that of `text`, in constant time. */
  verify(text: string, signature: string): boolean;
}

/** Derives the keys from `secret` by HKDF-SHA256. */
export function createSeal(secret: string): Seal {
  const cipherKey = derive(secret, 'signing keys');
  const macKey = derive(secret, 'refresh tokens');
  const sign = (text: string): string => createHmac('sha256', macKey).update(text).digest('base64url');

  return {
    close(plain, label) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', cipherKey, nonce).setAAD(Buffer.from(label));
      const body = Buffer.concat([cipher.update(plain), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), body]);
    },
    open(sealed, label) {
      const nonce = sealed.subarray(0, NONCE_BYTES);
      const tag = sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
      const decipher = createDecipheriv('aes-256-gcm', cipherKey, nonce, { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.from(label)).setAuthTag(tag);
      return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
    },
    sign,
    verify(text, signature) {
      const right = Buffer.from(sign(text));
      const given = Buffer.from(signature);
      return right.length === given.length && timingSafeEqual(right, given);
    },
  };
}

function derive(secret: string, use: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, 'showfloor-accounts', use, 32));
}
