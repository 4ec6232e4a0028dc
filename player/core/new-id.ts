import { v7 } from 'uuid';

/** A fresh UUIDv7, also where the page is not served over TLS and `crypto.randomUUID` is missing. */
export function newId(): string {
  return v7();
}
