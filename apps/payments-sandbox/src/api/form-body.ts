import { invalidRequest } from './api-error.ts';

/** A decoded parameter: text, or a nesting of the same. */
export type Param = string | Param[] | { [name: string]: Param };
export type Params = { [name: string]: Param };

const MAX_PARAMS = 1_000;
const MAX_DEPTH = 8;

/** Reads `a=1&b[c]=2&d[]=3&e[0]=4` the way Stripe's API does: brackets nest, empty or numbered ones make lists. */
export function decodeForm(text: string): Params {
  const root: Params = Object.create(null) as Params;
  let count = 0;
  for (const [name, value] of new URLSearchParams(text)) {
    count += 1;
    if (count > MAX_PARAMS) throw invalidRequest('Too many parameters.');
    put(root, pathOf(name), value);
  }
  return root;
}

function pathOf(name: string): string[] {
  const open = name.indexOf('[');
  if (open === -1) return [name];
  const path = [name.slice(0, open)];
  const rest = name.slice(open);
  const pieces = rest.match(/\[[^[\]]*\]/g) ?? [];
  if (pieces.join('') !== rest || open === 0) throw invalidRequest(`Invalid parameter name: ${name}`);
  for (const piece of pieces) path.push(piece.slice(1, -1));
  if (path.length > MAX_DEPTH) throw invalidRequest('Parameters are nested too deep.');
  return path;
}

function put(root: Params, path: string[], value: string): void {
  let place: Params | Param[] = root;
  for (const [index, key] of path.entries()) {
    const next = path[index + 1];
    const content: Param = next === undefined ? value : emptyFor(next);
    const existing = childOf(place, key);
    if (next !== undefined && typeof existing === 'object') {
      place = existing;
      continue;
    }
    setChild(place, key, content);
    if (typeof content === 'object') place = content;
  }
}

function emptyFor(key: string): Params | Param[] {
  return /^\d*$/.test(key) ? [] : (Object.create(null) as Params);
}

function childOf(place: Params | Param[], key: string): Param | undefined {
  if (!Array.isArray(place)) return place[key];
  return key === '' ? undefined : place[Number(key)];
}

function setChild(place: Params | Param[], key: string, content: Param): void {
  if (!Array.isArray(place)) {
    place[key] = content;
    return;
  }
  if (key !== '' && !/^\d+$/.test(key)) throw invalidRequest('A parameter is a list and a hash at once.');
  // Numbers only order the entries: a hole would let one parameter ask for a huge list.
  place.push(content);
}
