/** What an operator decides about orders. */
export interface OrderSettings {
  /** The platform's share of the goods' price, in hundredths of a percent. */
  platformFeeBp: number;
  /** `manual` authorises first and captures once the goods are sold; `automatic` also allows methods that cannot. */
  capture: 'manual' | 'automatic';
  /** Orders whose payment is set up while their buyer waits; further ones stand in line. */
  slots: number;
  /** Orders that may stand in line; further ones are refused. */
  queueLimit: number;
}

/** How long after a hold's own end its order may still be paid (protocols 1). */
export const PAY_AFTER_EXPIRY_MS = 3 * 60_000;

/** How long after the hold began its order must be paid at the latest. */
export const PAY_WITHIN_MS = 10 * 60_000;
