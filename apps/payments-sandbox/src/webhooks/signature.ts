import { createHmac } from 'node:crypto';

/** The `Stripe-Signature` header over `payload`: the second of sending, and its HMAC with the endpoint's secret. */
export function signPayload(payload: string, secret: string, timestampS: number): string {
  const signature = createHmac('sha256', secret).update(`${timestampS}.${payload}`).digest('hex');
  return `t=${timestampS},v1=${signature}`;
}
