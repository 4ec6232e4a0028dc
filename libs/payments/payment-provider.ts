import type { Money } from '#contracts';

/** Where the provider says a payment stands. Money given back and disputes are figures beside it. */
export type ProviderPaymentState =
  'created' | 'requires_action' | 'processing' | 'authorized' | 'captured' | 'failed' | 'voided';

/** A payment as the provider knows it now, in our units. */
export interface ProviderPayment {
  providerId: string;
  state: ProviderPaymentState;
  amount: Money;
  capturedAmount: number;
  refundedAmount: number;
  disputed: boolean;
  /** What a browser shows to pay this payment, and only this. */
  clientSecret: string;
  /** Why the last attempt was refused. */
  failure: { code: string; message: string } | null;
  /** Our payment's id, as we gave it at creation. */
  paymentId: string | null;
}

/** Money on its way back, as the provider knows it now. */
export interface ProviderRefund {
  providerId: string;
  state: 'pending' | 'succeeded' | 'failed';
  amount: Money;
  failureReason: string | null;
  /** Our refund's id, as we gave it at creation. */
  refundId: string | null;
}

export interface NewPayment {
  paymentId: string;
  orderId: string;
  orderNumber: string;
  amount: Money;
  /** `manual`: authorised now, taken by `capturePayment`. `automatic`: taken at once; a refund is the only way back. */
  capture: 'manual' | 'automatic';
  receiptEmail?: string | undefined;
}

/** A notice of the provider whose signature was right; nothing in it but names is believed. */
export interface ProviderNotice {
  eventId: string;
  type: string;
  /** Milliseconds since the epoch. */
  createdMs: number;
  /** Provider's id of the payment that it is about, if it is about one. */
  providerPaymentId: string | null;
  /** Provider's id of the refund that it is about, if it is about one. */
  providerRefundId: string | null;
}

export type CaptureResult =
  | { code: 'captured'; payment: ProviderPayment }
  | { code: 'refused'; reason: string; payment: ProviderPayment | undefined };

export type CancelResult =
  | { code: 'voided' }
  | { code: 'too_late'; payment: ProviderPayment }
  | { code: 'not_now'; payment: ProviderPayment };

export type RefundResult = { code: 'made'; refund: ProviderRefund } | { code: 'refused'; reason: string };

/**
 * Who takes the money. Calls are idempotent by ids of our rows, so that a repetition after a crash or a timeout does
 * nothing twice. Expected outcomes are values; `PaymentsAway` is thrown when the provider cannot be asked now.
 */
export interface PaymentProvider {
  /** `sandbox` is the same driver pointed at the stand-in. */
  readonly name: 'stripe' | 'sandbox';
  createPayment(payment: NewPayment): Promise<ProviderPayment>;
  retrievePayment(providerId: string): Promise<ProviderPayment | undefined>;
  capturePayment(providerId: string, paymentId: string): Promise<CaptureResult>;
  /** Ends a payment before money moves; on an authorised one this gives the authorisation back. */
  cancelPayment(providerId: string, paymentId: string): Promise<CancelResult>;
  refundPayment(providerId: string, refundId: string, amount: Money): Promise<RefundResult>;
  retrieveRefund(providerRefundId: string): Promise<ProviderRefund | undefined>;
  /** The notice in `rawBody`, or undefined when `signature` is not ours or too old. Verified before it is parsed. */
  readNotice(rawBody: Buffer, signature: string | undefined): ProviderNotice | undefined;
}

/** The provider did not answer, or answered that it cannot now. The same call may be repeated later. */
export class PaymentsAway extends Error {
  override name = 'PaymentsAway';
}
