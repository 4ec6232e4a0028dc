import { useEffect, useEffectEvent, useState } from 'react';
import type { OrderTotals, PaymentSettingsView } from '#contracts';
import { createPayer, type Payer } from '../../core/checkout/payer.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Notice } from '../../ui/notice.tsx';

interface PayFormProps {
  settings: PaymentSettingsView;
  totals: Pick<OrderTotals, 'total' | 'currency'>;
  onReady: (payer: Payer | null) => void;
}

/** The card form of the payment provider; card data never touches our servers. */
export function PayForm({ settings, totals, onReady }: PayFormProps) {
  const [place, setPlace] = useState<HTMLDivElement | null>(null);
  const [payer, setPayer] = useState<Payer | null>(null);
  const [fault, setFault] = useState(false);
  const [turn, setTurn] = useState(0);
  const { total, currency } = totals;
  const price = useEffectEvent(() => ({ amount: total, currency }));
  const ready = useEffectEvent((made: Payer | null) => {
    setPayer(made);
    onReady(made);
  });
  useEffect(() => {
    if (!place) return;
    let made: Payer | null = null;
    let left = false;
    const make = async () => {
      try {
        made = await createPayer(settings, price(), {
          dark: isDark(),
          font: getComputedStyle(place).fontFamily,
        });
      } catch {
        if (!left) setFault(true);
        return;
      }
      if (left) return made.remove();
      made.mount(place);
      ready(made);
    };
    void make();
    return () => {
      left = true;
      made?.remove();
      ready(null);
    };
  }, [place, settings, currency, turn]); // oxlint-disable-line react/exhaustive-effect-dependencies -- another currency or try needs a new form
  useEffect(() => payer?.update(total), [payer, total]);
  return (
    <fieldset className="checkout__part">
      <legend className="checkout__legend">
        Payment {settings.provider === 'sandbox' && <Badge tone="warn">Test cards only</Badge>}
      </legend>
      {fault && (
        <Notice
          tone="bad"
          action={
            <Button
              size="sm"
              onClick={() => {
                setFault(false);
                setTurn(turn + 1);
              }}
            >
              Try again
            </Button>
          }
        >
          The payment form could not be loaded.
        </Notice>
      )}
      <div ref={setPlace} className="pay-form" />
    </fieldset>
  );
}

function isDark(): boolean {
  const { theme } = document.documentElement.dataset;
  return theme ? theme === 'dark' : window.matchMedia('(prefers-color-scheme: dark)').matches;
}
