import { fieldsIn, printQuery, type Query } from './ast.ts';
import { compileQuery, type Predicate } from './compile.ts';
import { parseQuery } from './parser.ts';

/** A part of a query that an event must match for the whole to match. */
export interface QueryClause {
  /** The part as a query. */
  text: string;
  /** The fields that it asks about, without those with a wildcard. */
  fields: readonly string[];
  test: Predicate;
}

/** The parts of a query that are joined by `and`. A query that matches everything has none. Throws `KQL_SYNTAX`. */
export function clausesOf(query: string): QueryClause[] {
  return partsOf(parseQuery(query), '').map((part) => {
    const text = printQuery(part);
    return { text, fields: [...new Set(fieldsIn(part, 'message'))], test: compileQuery(text) };
  });
}

/** `field: { a and b }` has a part for each of `a` and `b`, with the whole name. */
function partsOf(query: Query, prefix: string): Query[] {
  if (query.kind === 'all') return [];
  if (query.kind === 'and') return query.of.flatMap((part) => partsOf(part, prefix));
  if (query.kind === 'nested') return partsOf(query.of, `${prefix}${nameOf(query)}.`);
  return [prefix === '' ? query : { kind: 'nested', field: text(prefix.slice(0, -1)), of: query }];
}

const nameOf = ({ field }: Extract<Query, { kind: 'nested' }>) => field.parts.join('*');

const text = (name: string) => ({ kind: 'text' as const, parts: name.split('*'), quoted: false });
