import { accountsErrors } from './accounts.ts';
import { catalogErrors } from './catalog.ts';
import { chatErrors } from './chat.ts';
import { checkoutHoldErrors } from './checkout-holds.ts';
import { checkoutOrderErrors } from './checkout-orders.ts';
import { commonErrors } from './common.ts';
import type { ErrorDefinition } from './define.ts';
import { originErrors } from './origin.ts';
import { ingestErrors } from './ingest.ts';

/** Every error code there is, by context. Add a context here; docs/errors.md is generated from it. */
export const errorContexts = {
  common: commonErrors,
  accounts: accountsErrors,
  catalog: catalogErrors,
  chat: chatErrors,
  ingest: ingestErrors,
  checkoutHolds: checkoutHoldErrors,
  origin: originErrors,
  checkoutOrders: checkoutOrderErrors,
} as const satisfies Record<string, Record<string, ErrorDefinition>>;

type ContextErrors = (typeof errorContexts)[keyof typeof errorContexts];
type KeysOfUnion<T> = T extends unknown ? keyof T : never;

/** A stable error code. */
export type ErrorCode = KeysOfUnion<ContextErrors> & string;

const all: Record<string, ErrorDefinition> = Object.assign({}, ...Object.values(errorContexts));

/** What `code` means. */
export function errorDefinition(code: ErrorCode): ErrorDefinition {
  const definition = all[code];
  if (!definition) throw new Error(`unknown error code ${code}`);
  return definition;
}
