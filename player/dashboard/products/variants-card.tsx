import { useState } from 'react';
import {
  addVariantEndpoint,
  archiveVariantEndpoint,
  problemOf,
  updateVariantEndpoint,
  type ProductView,
  type VariantView,
} from '#contracts';
import { useAction } from '../../app/use-action.ts';
import { useForm } from '../../app/use-form.ts';
import { useServices } from '../../app/use-services.ts';
import { problemText } from '../../core/api/problems.ts';
import { moneyText, parseMoney } from '../../core/money.ts';
import { newId } from '../../core/new-id.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/field.tsx';
import { Money } from '../../ui/money.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Table, type Column } from '../../ui/table.tsx';
import { useShop } from '../shop-context.ts';
import type { ProductPartProps } from './product-part.ts';

type Editing = { kind: 'new' } | { kind: 'variant'; variant: VariantView } | null;

/** What can be bought of a product: SKU, options, price. */
export function VariantsCard({ product, onChange, editable }: ProductPartProps) {
  const { api } = useServices();
  const [editing, setEditing] = useState<Editing>(null);
  const archive = useAction((variantId: string) =>
    api.call(archiveVariantEndpoint, {
      params: { shopId: product.shopId, productId: product.productId, variantId },
    }),
  );
  const variants = product.variants.filter((variant) => !variant.archived);
  const columns: Column<VariantView>[] = [
    { key: 'title', title: 'Variant', render: (variant) => variant.title || product.title },
    { key: 'sku', title: 'SKU', render: (variant) => <code>{variant.sku}</code> },
    {
      key: 'price',
      title: 'Price',
      numeric: true,
      render: (variant) => <Money value={variant.price} was={variant.compareAt} />,
    },
  ];
  if (editable) {
    columns.push({
      key: 'acts',
      title: <span className="sr-only">Acts</span>,
      render: (variant) => (
        <div className="row">
          <Button size="sm" onClick={() => setEditing({ kind: 'variant', variant })}>
            Edit
          </Button>
          {variants.length > 1 && (
            <Button
              size="sm"
              look="quiet"
              onClick={async () => {
                const changed = await archive.run(variant.variantId);
                if (changed) onChange(changed);
              }}
            >
              Archive
            </Button>
          )}
        </div>
      ),
    });
  }
  return (
    <Card
      title="Variants"
      aside={
        editable &&
        product.options.length > 0 && (
          <Button size="sm" onClick={() => setEditing({ kind: 'new' })}>
            Add variant
          </Button>
        )
      }
    >
      <Table caption="Variants" columns={columns} rows={variants} rowKey={(variant) => variant.variantId} />
      {editing && (
        <VariantDialog
          product={product}
          variant={editing.kind === 'variant' ? editing.variant : null}
          onClose={() => setEditing(null)}
          onChange={onChange}
        />
      )}
    </Card>
  );
}

interface VariantDialogProps {
  product: ProductView;
  variant: VariantView | null;
  onClose: () => void;
  onChange: (product: ProductView) => void;
}

function VariantDialog({ product, variant, onClose, onChange }: VariantDialogProps) {
  const { currency } = useShop();
  const { api } = useServices();
  const [idempotencyKey] = useState(newId);
  const form = useForm(async (field) => {
    const price = parseMoney(field('price'), currency);
    const compareAt = field('compareAt') ? parseMoney(field('compareAt'), currency) : null;
    if (!price || price.amount === 0) return fault('price', currency);
    if (field('compareAt') && !compareAt) return fault('compareAt', currency);
    const ids = { shopId: product.shopId, productId: product.productId };
    const fields = { sku: field('sku'), price, compareAt };
    const result = variant
      ? await api.call(updateVariantEndpoint, {
          params: { ...ids, variantId: variant.variantId },
          body: { version: product.version, ...fields },
        })
      : await api.call(addVariantEndpoint, {
          idempotencyKey,
          params: ids,
          body: {
            ...fields,
            options: Object.fromEntries(product.options.map(({ name }) => [name, field(`option-${name}`)])),
          },
        });
    if (!result.ok) return result.problem;
    onChange(result.body);
    onClose();
    return null;
  });
  return (
    <Dialog open onClose={onClose} title={variant ? variant.title || product.title : 'New variant'}>
      <form className="stack" onSubmit={form.submit} noValidate>
        {form.problem && <Notice tone="bad">{problemText(form.problem)}</Notice>}
        {!variant &&
          product.options.map(({ name }) => (
            <TextField
              key={name}
              label={name}
              name={`option-${name}`}
              required
              error={form.fault(`options.${name}`)}
            />
          ))}
        <TextField label="SKU" name="sku" defaultValue={variant?.sku} required error={form.fault('sku')} />
        <TextField
          label="Price"
          name="price"
          inputMode="decimal"
          before={currency}
          defaultValue={variant ? moneyText(variant.price) : ''}
          error={form.fault('price')}
        />
        <TextField
          label="Former price"
          name="compareAt"
          inputMode="decimal"
          before={currency}
          hint="Shown struck through; leave empty for none."
          defaultValue={variant?.compareAt ? moneyText(variant.compareAt) : ''}
          error={form.fault('compareAt')}
        />
        <Button type="submit" look="primary" busy={form.busy}>
          Save variant
        </Button>
      </form>
    </Dialog>
  );
}

function fault(at: string, currency: string) {
  const message = `An amount in ${currency}, such as 12.50`;
  return { ...problemOf('invalid_request'), faults: [{ at: `body.${at}`, message }] };
}
