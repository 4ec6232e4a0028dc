import { useMemo } from 'react';
import type { Problem } from '#contracts';
import { problemText } from '../../core/api/problems.ts';
import { countries, countryName, hasRegion } from '../../core/countries.ts';
import { Button } from '../../ui/button.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Segmented } from '../../ui/segmented.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import type { Delivery } from './use-delivery.ts';

interface DeliveryFormProps {
  delivery: Delivery;
  /** The order is placed: its address stays. */
  locked: boolean;
  problem: Problem | null;
}

/** The address, known or asked for, and how it travels. */
export function DeliveryForm({ delivery, locked, problem }: DeliveryFormProps) {
  const { known, editing, edit, chosen, setShipping } = delivery;
  return (
    <fieldset className="checkout__part" disabled={locked}>
      <legend className="checkout__legend">Delivery</legend>
      {known === undefined && !editing && <Skeleton height="52px" />}
      {known && !editing && (
        <div className="checkout__address">
          <p className="grow">
            <b>{known.name}</b>
            <br />
            {[
              known.line1,
              known.line2,
              [known.postalCode, known.city].filter(Boolean).join(' '),
              known.region,
              countryName(known.country),
            ]
              .filter(Boolean)
              .join(', ')}
          </p>
          {!locked && (
            <Button size="sm" onClick={edit}>
              Change
            </Button>
          )}
        </div>
      )}
      {editing && <AddressFields delivery={delivery} />}
      <Segmented
        label="Shipping"
        value={chosen.shipping}
        onChange={setShipping}
        options={[
          { value: 'standard', label: 'Standard' },
          { value: 'express', label: 'Express' },
        ]}
      />
      {problem?.code === 'shipping_not_offered' && <Notice tone="warn">{problemText(problem)}</Notice>}
    </fieldset>
  );
}

function AddressFields({ delivery }: { delivery: Delivery }) {
  const { initial, faults, chosen, setCountry } = delivery;
  const options = useMemo(() => countries(), []);
  return (
    <div className="address">
      <TextField
        label="Name"
        name="name"
        autoComplete="shipping name"
        defaultValue={initial?.name}
        required
        error={faults.name}
        className="address__wide"
      />
      <TextField
        label="Street and number"
        name="line1"
        autoComplete="shipping address-line1"
        defaultValue={initial?.line1}
        required
        error={faults.line1}
        className="address__wide"
      />
      <TextField
        label="Flat, floor (optional)"
        name="line2"
        autoComplete="shipping address-line2"
        defaultValue={initial?.line2}
        error={faults.line2}
        className="address__wide"
      />
      <TextField
        label="Postcode"
        name="postalCode"
        autoComplete="shipping postal-code"
        defaultValue={initial?.postalCode}
        error={faults.postalCode}
      />
      <TextField
        label="City"
        name="city"
        autoComplete="shipping address-level2"
        defaultValue={initial?.city}
        required
        error={faults.city}
      />
      {hasRegion(chosen.country) && (
        <TextField
          label="State or province"
          name="region"
          autoComplete="shipping address-level1"
          defaultValue={initial?.region}
          error={faults.region}
          className="address__wide"
        />
      )}
      <SelectField
        label="Country"
        name="country"
        autoComplete="shipping country"
        value={chosen.country}
        options={options}
        onChange={(event) => setCountry(event.currentTarget.value)}
        className="address__wide"
      />
    </div>
  );
}
