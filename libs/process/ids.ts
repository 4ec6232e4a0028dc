import { v7 } from 'uuid';

/** A fresh UUIDv7. */
export function newId(): string {
  return v7();
}
