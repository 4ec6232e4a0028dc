import type { Changes } from '../objects/changes.ts';
import type { Kind, ObjectStore } from '../store/object-store.ts';
import type { Param } from './form-body.ts';

/** Kind of the object that a field names by id. */
const KIND_OF_FIELD: Record<string, Kind> = {
  latest_charge: 'charge',
  charge: 'charge',
  payment_method: 'payment_method',
  customer: 'customer',
  payment_intent: 'payment_intent',
};

/** Replaces the ids that `paths` name (`latest_charge`, `data.latest_charge`) by their objects. */
export async function expand(
  store: ObjectStore,
  changes: Changes,
  result: object,
  paths: Param | undefined,
): Promise<object> {
  if (!Array.isArray(paths)) return result;
  let expanded = result;
  for (const path of paths)
    if (typeof path === 'string') expanded = await along(store, changes, expanded, path.split('.'));
  return expanded;
}

async function along(store: ObjectStore, changes: Changes, value: object, path: string[]): Promise<object> {
  const [field = '', ...rest] = path;
  const fields = value as Record<string, unknown>;
  const child = fields[field];
  if (Array.isArray(child)) {
    return {
      ...fields,
      [field]: await Promise.all(child.map((one: object) => along(store, changes, one, rest))),
    };
  }
  if (child === null || child === undefined) return value;
  const kind = KIND_OF_FIELD[field];
  const object =
    typeof child === 'string'
      ? (changes.saved.get(child) ?? (kind && (await store.get(kind, child))))
      : (child as object);
  if (!object) return value;
  return { ...fields, [field]: rest.length > 0 ? await along(store, changes, object, rest) : object };
}
