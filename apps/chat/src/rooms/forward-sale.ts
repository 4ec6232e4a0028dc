import {
  callEndpoint,
  runSaleCommandEndpoint,
  type ErrorCode,
  type HostCommand,
  type SaleCommand,
  type SaleView,
} from '#contracts';
import type { Actor } from './actor.ts';
import type { Refused } from './asks.ts';

const TIMEOUT_MS = 5_000;

/**
 * Gives a host's command about a sale to checkout, which alone decides on sales; the command's id makes a repeat harmless
 * there. What viewers see of it comes back as checkout's event; the sale as it is now comes with the answer.
 */
export async function forwardSale(
  checkout: { url: string; internalToken: string },
  command: HostCommand,
  { commandId, showId, actor }: { commandId: string; showId: string; actor: Actor },
): Promise<{ ok: true; sale: SaleView } | Refused> {
  const forwarded = saleCommandOf(command);
  if (!forwarded || !('saleId' in command) || !command.saleId) return { ok: false, code: 'invalid_request' };
  const result = await callEndpoint(
    fetch,
    checkout.url,
    runSaleCommandEndpoint,
    {
      params: { saleId: command.saleId },
      body: { commandId, showId, actorId: actor.userId, command: forwarded },
    },
    {
      headers: { authorization: `Bearer ${checkout.internalToken}` },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    },
  ).catch(() => undefined);
  if (result?.ok) return { ok: true, sale: result.body };
  if (!result || result.status === 0 || result.status >= 500) {
    return { ok: false, code: 'unavailable', retryAfterMs: 1_000 };
  }
  const { code, detail, title } = result.problem;
  return { ok: false, code: code as ErrorCode, detail: (detail ?? title).slice(0, 300) };
}

function saleCommandOf(command: HostCommand): SaleCommand | undefined {
  switch (command.type) {
    case 'start_sale':
      return { type: 'start', inSeconds: 0 };
    case 'stop_sale':
      return { type: 'stop' };
    case 'extend_sale':
      return { type: 'extend', seconds: command.seconds };
    case 'set_price':
      return { type: 'price', variantId: command.variantId, price: command.price };
    default:
      return undefined;
  }
}
