import type { SearchCondition } from '../store/object-store.ts';
import { invalidRequest } from './api-error.ts';

const CLAUSE =
  /^\s*(-)?(status|currency|customer|amount|created|metadata\[(?:'([^']*)'|"([^"]*)")\])\s*(:|>=|<=|>|<)\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|(\d+))\s*/;

const NUMERIC = new Set(['amount', 'created']);

/** Reads Stripe's search language: clauses joined by AND or by OR, not by both; `-` negates. */
export function readSearch(query: string): SearchCondition {
  const params: unknown[] = [];
  const clauses: string[] = [];
  let rest = query;
  let joiner = '';
  for (;;) {
    const match = CLAUSE.exec(rest);
    if (!match) throw unreadable(query);
    clauses.push(clauseOf(match, params, query));
    rest = rest.slice(match[0].length);
    if (rest === '') break;
    const joined = /^(AND|OR)\s+/i.exec(rest);
    const word = joined?.[1]?.toUpperCase();
    if (!joined || !word || (joiner !== '' && joiner !== word)) throw unreadable(query);
    joiner = word;
    rest = rest.slice(joined[0].length);
  }
  return { sql: clauses.join(` ${joiner} `), params };
}

function clauseOf(match: RegExpExecArray, params: unknown[], query: string): string {
  const [, negated, field = '', key1, key2, operator = ':', text1, text2, digits] = match;
  const value = (text1 ?? text2 ?? digits ?? '').replaceAll(/\\(.)/g, '$1');
  const key = key1 ?? key2;
  const isNumeric = NUMERIC.has(field);
  if (operator !== ':' && !isNumeric) throw unreadable(query);
  params.push(key === undefined ? value : JSON.stringify({ [key]: value }));
  const position = `$${params.length + 1}`;
  const sql =
    key !== undefined
      ? `metadata @> ${position}::jsonb`
      : isNumeric
        ? `(data->>'${field}')::bigint ${operator === ':' ? '=' : operator} ${position}::bigint`
        : `data->>'${field}' = ${position}`;
  return negated ? `NOT coalesce(${sql}, false)` : sql;
}

function unreadable(query: string): Error {
  return invalidRequest(`We were unable to parse your search query: ${query.slice(0, 200)}`, {
    param: 'query',
  });
}
