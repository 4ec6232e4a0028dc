import { useState } from 'react';
import { Address, getOrderEndpoint, listOrdersEndpoint, type ShippingMethod } from '#contracts';
import { useResource } from '../../app/use-resource.ts';
import { useSession } from '../../app/use-services.ts';
import { likelyCountry } from '../../core/countries.ts';

type AddressValue = ReturnType<typeof Address.parse>;
export type AddressFaults = Partial<Record<keyof AddressValue, string>>;

export interface Delivery {
  /** The address of the last order; undefined while it is looked up, null when there is none. */
  known: AddressValue | null | undefined;
  /** What the fields begin with: what was typed before the sheet was closed, or the known address. */
  initial: Partial<AddressValue> | null | undefined;
  editing: boolean;
  edit: () => void;
  /** Remembers what is typed: the sheet may be closed to look at the show, and opened again. */
  keep: (form: HTMLFormElement) => void;
  chosen: { country: string; shipping: ShippingMethod };
  setCountry: (country: string) => void;
  setShipping: (shipping: ShippingMethod) => void;
  faults: AddressFaults;
  /** The address in the form, or the known one; null when it has faults, which are shown then. */
  read: (form: HTMLFormElement) => AddressValue | null;
}

/** Typed and not ordered with yet; gone with the page, and never shown to somebody else. */
let draft: { userId: string; address: AddressValue } | null = null;

const REQUIRED: readonly (keyof AddressValue)[] = ['name', 'line1', 'city'];

/** Where an order goes. Who ordered before is not asked again: the last order knows. */
export function useDelivery(): Delivery {
  const last = useResource(listOrdersEndpoint, { query: { limit: 1 } });
  const orderId = last.data?.items[0]?.orderId;
  const order = useResource(getOrderEndpoint, orderId ? { params: { orderId } } : null);
  const none =
    last.problem !== undefined || order.problem !== undefined || (last.data !== undefined && !orderId);
  const known = order.data?.address ?? (none ? null : undefined);
  const userId = useSession().account?.userId ?? '';
  const [kept] = useState(() => (draft?.userId === userId ? draft.address : null));
  const [wantsEdit, setWantsEdit] = useState(kept !== null);
  const [country, setCountry] = useState<string | null>(kept?.country ?? null);
  const [shipping, setShipping] = useState<ShippingMethod>('standard');
  const [faults, setFaults] = useState<AddressFaults>({});
  const editing = wantsEdit || known === null;
  const chosenCountry = country ?? known?.country ?? likelyCountry(navigator.languages);
  const read = (form: HTMLFormElement): AddressValue | null => {
    if (!editing && known) return known;
    const typed = typedAddress(new FormData(form), chosenCountry);
    const found = faultsOf(typed);
    setFaults(found);
    const first = Object.keys(found)[0];
    if (!first) {
      draft = null; // the order knows it from here on
      return typed;
    }
    form.querySelector<HTMLElement>(`[name="${first}"]`)?.focus();
    return null;
  };
  return {
    known,
    initial: kept ?? known,
    editing,
    edit: () => setWantsEdit(true),
    keep: (form) => {
      if (!editing) return;
      const data = new FormData(form);
      const address = typedAddress(data, String(data.get('country') ?? chosenCountry));
      draft = { userId, address };
    },
    chosen: { country: chosenCountry, shipping },
    setCountry,
    setShipping,
    faults,
    read,
  };
}

function typedAddress(data: FormData, country: string): AddressValue {
  const field = (name: string) => String(data.get(name) ?? '').trim();
  const optional = (name: 'line2' | 'postalCode' | 'region' | 'phone') =>
    field(name) ? { [name]: field(name) } : {};
  return {
    name: field('name'),
    line1: field('line1'),
    city: field('city'),
    country,
    ...optional('line2'),
    ...optional('postalCode'),
    ...optional('region'),
    ...optional('phone'),
  };
}

function faultsOf(address: AddressValue): AddressFaults {
  const faults: AddressFaults = {};
  for (const name of REQUIRED) if (!address[name]) faults[name] = 'This is needed';
  const checked = Address.safeParse(address);
  for (const issue of checked.error?.issues ?? [])
    faults[issue.path[0] as keyof AddressValue] ??= issue.message;
  return faults;
}
