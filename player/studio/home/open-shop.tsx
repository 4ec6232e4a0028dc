import { createShopEndpoint, type Problem } from '#contracts';
import { useForm } from '../../app/use-form.ts';
import { useServices } from '../../app/use-services.ts';
import { problemText } from '../../core/api/problems.ts';
import { browserTimers } from '../../core/timers.ts';
import { newId } from '../../core/new-id.ts';
import { Button } from '../../ui/button.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { Notice } from '../../ui/notice.tsx';
import { slugOf } from './slug.ts';

const CURRENCIES = [
  'EUR',
  'USD',
  'GBP',
  'CHF',
  'SEK',
  'NOK',
  'DKK',
  'PLN',
  'CZK',
  'JPY',
  'KRW',
  'BRL',
  'INR',
  'AED',
  'KWD',
  'AUD',
  'CAD',
  'NZD',
  'SGD',
  'MXN',
  'ZAR',
  'TRY',
];
/** The owner's role reaches the account by an event: usually within a second. */
const LOOKS_FOR_ROLE = 10;
const LOOK_EVERY_MS = 500;

/** For those who work for no shop yet: opens one. */
export function OpenShop({ onOpened }: { onOpened: () => void }) {
  const { api, session, renewSession } = useServices();
  const becomeOwner = async (shopId: string) => {
    for (let look = 0; look < LOOKS_FOR_ROLE; look += 1) {
      await renewSession();
      await session.load();
      if (session.get().account?.shops.some((shop) => shop.shopId === shopId)) return;
      await new Promise<void>((go) => browserTimers.after(LOOK_EVERY_MS, go));
    }
  };
  const form = useForm(async (field): Promise<Problem | null> => {
    const body = {
      name: field('name'),
      slug: field('slug') || slugOf(field('name')),
      currency: field('currency'),
    };
    const result = await api.call(createShopEndpoint, { body, idempotencyKey: newId() });
    if (!result.ok) return result.problem;
    await becomeOwner(result.body.shopId);
    onOpened();
    return null;
  });
  return (
    <div className="page page--narrow">
      <title>Open a shop · Showfloor</title>
      <header>
        <h1>Open a shop</h1>
        <p className="muted">
          Products, shows and orders belong to a shop. You own it and can invite others later.
        </p>
      </header>
      <form className="stack" onSubmit={form.submit} noValidate>
        {form.problem && <Notice tone="bad">{problemText(form.problem)}</Notice>}
        <TextField label="Name of the shop" name="name" required maxLength={80} error={form.fault('name')} />
        <TextField
          label="Address"
          name="slug"
          hint="Lower case, digits and dashes. Left empty, it is made from the name."
          maxLength={48}
          error={form.fault('slug')}
        />
        <SelectField
          label="Currency"
          name="currency"
          hint="All prices are in it. It cannot be changed later."
          options={CURRENCIES.map((value) => ({ value, label: value }))}
          error={form.fault('currency')}
        />
        <Button type="submit" look="primary" size="lg" busy={form.busy}>
          Open shop
        </Button>
      </form>
    </div>
  );
}
