/** Payments: states, money, and the driver for Stripe (or the sandbox that speaks like it). */
export { stateMachine, type StateMachine, type StateTable } from './state-table.ts';
export {
  isSettled,
  paymentDecisions,
  paymentStates,
  type PaymentDecision,
  type PaymentState,
} from './payment-states.ts';
export { orderStates, type OrderState } from './order-states.ts';
export {
  chargeStep,
  fromStripeAmount,
  isChargeable,
  isoExponent,
  stripeExponent,
  toStripeAmount,
} from './currencies.ts';
export { shareOf, splitAmount, totalsOf, type TaxRule, type Totals, type TotalsInput } from './totals.ts';
export {
  PaymentsAway,
  type CancelResult,
  type CaptureResult,
  type NewPayment,
  type PaymentProvider,
  type ProviderNotice,
  type ProviderPayment,
  type ProviderPaymentState,
  type ProviderRefund,
  type RefundResult,
} from './payment-provider.ts';
export {
  paymentKeys,
  sandboxKeys,
  type PaymentKeys,
  type PaymentKeysInput,
  type SandboxKeys,
} from './payment-keys.ts';
export { stripeProvider } from './stripe/stripe-provider.ts';
export { WEBHOOK_EVENT_TYPES, WEBHOOK_PATH } from './stripe/stripe-notices.ts';
