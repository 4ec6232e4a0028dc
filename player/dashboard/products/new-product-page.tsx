import { useState } from 'react';
import { useNavigate } from 'react-router';
import { createProductEndpoint, problemOf, type Problem } from '#contracts';
import { useForm } from '../../app/use-form.ts';
import { useServices } from '../../app/use-services.ts';
import { problemText } from '../../core/api/problems.ts';
import { parseMoney } from '../../core/money.ts';
import { newId } from '../../core/new-id.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { CheckField, TextArea, TextField } from '../../ui/field.tsx';
import { Notice } from '../../ui/notice.tsx';
import { useShop } from '../shop-context.ts';
import { combineOptions } from './combine-options.ts';

/** `/dashboard/products/new`: title, price and SKU; options make one variant for every combination. */
export function NewProductPage() {
  const { shopId, currency } = useShop();
  const { api } = useServices();
  const navigate = useNavigate();
  const [idempotencyKey] = useState(newId);
  const form = useForm(async (field, data) => {
    const price = parseMoney(field('price'), currency);
    if (!price || price.amount === 0) return fault('price', `An amount in ${currency}, such as 12.50`);
    const combined = combineOptions(field('options'), field('sku'));
    if ('fault' in combined) return fault('options', combined.fault);
    const result = await api.call(createProductEndpoint, {
      idempotencyKey,
      params: { shopId },
      body: {
        title: field('title'),
        description: field('description'),
        status: data.has('draft') ? 'draft' : 'active',
        optionNames: combined.optionNames,
        variants: combined.variants.map((variant) => ({ ...variant, price })),
      },
    });
    if (!result.ok) return result.problem;
    void navigate(`/dashboard/products/${result.body.productId}`, { replace: true });
    return null;
  });
  return (
    <form className="stack" onSubmit={form.submit} noValidate>
      <h1>New product</h1>
      {form.problem && <Notice tone="bad">{problemText(form.problem)}</Notice>}
      <Card>
        <div className="stack">
          <TextField
            label="Title"
            name="title"
            required
            maxLength={140}
            autoFocus
            error={form.fault('title')}
          />
          <TextArea
            label="Description"
            name="description"
            maxLength={10_000}
            error={form.fault('description')}
          />
          <div className="form-grid">
            <TextField
              label="Price"
              name="price"
              inputMode="decimal"
              required
              before={currency}
              error={form.fault('price')}
            />
            <TextField
              label="SKU"
              name="sku"
              required
              hint="Your own short name for it; with options it gets an ending for each."
              error={form.fault('variants.0.sku')}
            />
          </div>
          <TextArea
            label="Options"
            name="options"
            hint="One a line, for example “Size: S, M, L”. Leave empty for a single variant."
            error={form.fault('options')}
          />
          <CheckField label="Keep as a draft for now" name="draft" />
        </div>
      </Card>
      <div className="dashboard__tools">
        <Button type="submit" look="primary" busy={form.busy}>
          Create product
        </Button>
      </div>
    </form>
  );
}

function fault(at: string, message: string): Problem {
  return { ...problemOf('invalid_request'), faults: [{ at: `body.${at}`, message }] };
}
