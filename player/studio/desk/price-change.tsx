import { useState } from 'react';
import type { ProductView, SaleState } from '#contracts';
import { formatMoney, moneyText, parseMoney } from '../../core/money.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { useCommand, useStudio } from '../studio-context.ts';

type Priced = SaleState['items'][number] & { price: NonNullable<SaleState['items'][number]['price']> };

/** Sets another price for a variant of a running sale, from this moment on; held units keep theirs. */
export function PriceChange({ sale, onClose }: { sale: SaleState; onClose: () => void }) {
  const { show } = useStudio();
  const command = useCommand();
  const items = sale.items.filter((item): item is Priced => item.price !== undefined);
  const [variantId, setVariantId] = useState(items[0]?.variantId ?? '');
  const chosen = items.find((item) => item.variantId === variantId);
  const [text, setText] = useState(() => (chosen ? moneyText(chosen.price) : ''));
  const [busy, setBusy] = useState(false);
  const price = chosen && parseMoney(text, chosen.price.currency);
  const send = async () => {
    if (!chosen || !price || price.amount === 0 || busy) return;
    setBusy(true);
    const done = await command(
      { type: 'set_price', saleId: sale.saleId, variantId, price },
      `It costs ${formatMoney(price)} now`,
    );
    setBusy(false);
    if (done) onClose();
  };
  return (
    <Dialog open title="Change the price" onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        {items.length > 1 && (
          <SelectField
            label="Variant"
            value={variantId}
            options={items.map((item) => ({
              value: item.variantId,
              label: `${nameOf(show.lineup, item.variantId)}, now ${formatMoney(item.price)}`,
            }))}
            onChange={(event) => {
              const next = items.find((item) => item.variantId === event.currentTarget.value);
              setVariantId(event.currentTarget.value);
              if (next) setText(moneyText(next.price));
            }}
          />
        )}
        <TextField
          label="New price"
          inputMode="decimal"
          autoComplete="off"
          value={text}
          after={chosen?.price.currency}
          hint="Everybody sees it at once. Who holds a unit already keeps the price they were promised."
          error={text && (!price || price.amount === 0) ? 'Give an amount, such as 12.50' : null}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Button type="submit" look="primary" busy={busy} disabled={!price || price.amount === 0}>
          Set price
        </Button>
      </form>
    </Dialog>
  );
}

function nameOf(lineup: readonly ProductView[], variantId: string): string {
  for (const product of lineup) {
    const variant = product.variants.find((candidate) => candidate.variantId === variantId);
    if (variant) return [product.title, ...Object.values(variant.options)].join(', ');
  }
  return 'Variant';
}
