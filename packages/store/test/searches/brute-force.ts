import fc from 'fast-check';

/** A document with few values, some of them several, so that queries often match some documents and not others. */
export interface Entry {
  id: number;
  n?: number | number[];
  d?: number;
  k?: string | string[];
  b?: boolean;
  t?: string;
}

export const mappings = {
  properties: {
    ...{ id: { type: 'long' }, n: { type: 'integer' }, d: { type: 'double' }, k: { type: 'keyword' } },
    ...{ b: { type: 'boolean' }, t: { type: 'date' } },
  },
};

const number = fc.integer({ min: -6, max: 12 });
const word = fc.constantFrom('a', 'ab', 'abc', 'b', 'ba', 'C', '');
const severalOf = <T>(one: fc.Arbitrary<T>) => fc.oneof(one, fc.array(one, { maxLength: 3 }));
/** Quarters, of which sums are exact. */
const quarter = fc.integer({ min: -20, max: 20 }).map((four) => four / 4);
const day = fc
  .integer({ min: 0, max: 500 })
  .map((past) => new Date(Date.UTC(2025, 0, 1 + past, 7)).toISOString());

export const entries: fc.Arbitrary<Entry[]> = fc
  .array(
    fc.record(
      { n: severalOf(number), d: quarter, k: severalOf(word), b: fc.boolean(), t: day },
      { requiredKeys: [] },
    ),
    { minLength: 1, maxLength: 40 },
  )
  .map((all) => all.map((one, id) => ({ ...one, id })));

type Query = Record<string, unknown>;
type Field = 'n' | 'd' | 'k' | 'b' | 't';

/** All values of a field. */
export const valuesOf = (entry: Entry, field: Field): (number | string | boolean)[] =>
  [entry[field] ?? []].flat();

/** A bound below, above, or both. */
const bounds = fc
  .tuple(fc.constantFrom('gt', 'gte', ''), number, fc.constantFrom('lt', 'lte', ''), number)
  .map(([from, low, to, high]) => ({ ...(from && { [from]: low }), ...(to && { [to]: high }) }));
const leaf: fc.Arbitrary<Query> = fc.oneof(
  number.map((n) => ({ term: { n } })),
  word.map((k) => ({ term: { k } })),
  fc.boolean().map((b) => ({ term: { b } })),
  fc.array(number, { minLength: 1, maxLength: 3 }).map((n) => ({ terms: { n } })),
  fc.array(word, { minLength: 1, maxLength: 3 }).map((k) => ({ terms: { k } })),
  fc.tuple(fc.constantFrom('n', 'd'), bounds).map(([field, given]) => ({ range: { [field]: given } })),
  fc.constantFrom('n', 'd', 'k', 'b', 't').map((field) => ({ exists: { field } })),
  fc.constantFrom('', 'a', 'ab', 'c').map((k) => ({ prefix: { k } })),
  fc.constantFrom('*b*', 'a?', '?', '*').map((k) => ({ wildcard: { k } })),
);
const least = fc.constantFrom(undefined, 0, 1, 2, 3, -1, '50%', '-50%', '67%');

export const { query } = fc.letrec<{ query: Query }>((tie) => {
  const some = fc.array(tie('query'), { maxLength: 2 });
  return {
    query: fc.oneof(
      { maxDepth: 3 },
      leaf,
      fc
        .record({
          must: some,
          filter: some,
          should: fc.array(tie('query'), { maxLength: 3 }),
          must_not: some,
          least,
        })
        .map(({ least: minimum_should_match, ...clauses }) => ({
          bool: { ...clauses, ...(minimum_should_match !== undefined && { minimum_should_match }) },
        })),
    ),
  };
});

/** How many of `count` clauses must match, by the documentation of `minimum_should_match`. */
function leastOf(spec: number | string | undefined, count: number): number {
  if (spec === undefined) return 0;
  const amount = typeof spec === 'string' ? Math.trunc((count * Number.parseInt(spec, 10)) / 100) : spec;
  const isNegative = String(spec).startsWith('-');
  return isNegative ? count + amount : amount;
}

interface Bool {
  must: Query[];
  filter: Query[];
  should: Query[];
  must_not: Query[];
  minimum_should_match?: number | string;
}

/** Whether a document matches, by the documentation of the query DSL. */
export function matches(entry: Entry, asked: Query): boolean {
  const [[kind, body]] = Object.entries(asked) as [[string, Record<string, unknown>]];
  if (kind === 'exists') return valuesOf(entry, body.field as Field).length > 0;
  if (kind === 'bool') return matchesAll(entry, body as unknown as Bool);
  const [[field, wanted]] = Object.entries(body) as [[Field, unknown]];
  return valuesOf(entry, field).some((value) => {
    if (kind === 'term') return value === wanted;
    if (kind === 'terms') return (wanted as unknown[]).includes(value);
    if (kind === 'prefix') return String(value).startsWith(String(wanted));
    if (kind === 'wildcard') return like(String(wanted)).test(String(value));
    const { gt, gte, lt, lte } = wanted as Record<string, number | undefined>;
    const number = value as number;
    const isAbove = (gt === undefined || number > gt) && (gte === undefined || number >= gte);
    return isAbove && (lt === undefined || number < lt) && (lte === undefined || number <= lte);
  });
}

const like = (pattern: string) => new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's');

function matchesAll(entry: Entry, { must, filter, should, must_not, minimum_should_match }: Bool): boolean {
  const required = [...must, ...filter];
  // The minimum says nothing of a query that only excludes, nor of one without clauses.
  if (required.length + should.length === 0) return !must_not.some((one) => matches(entry, one));
  // Without clauses that must match, one that should has to, whatever the minimum.
  const needed = Math.max(
    leastOf(minimum_should_match, should.length),
    required.length === 0 && should.length > 0 ? 1 : 0,
  );
  return (
    required.every((one) => matches(entry, one)) &&
    should.filter((one) => matches(entry, one)).length >= needed &&
    !must_not.some((one) => matches(entry, one))
  );
}

export interface Order {
  field: 'n' | 'd' | 'k';
  order: 'asc' | 'desc';
  missing: '_first' | '_last';
}

export const orders: fc.Arbitrary<Order[]> = fc.array(
  fc.record({
    field: fc.constantFrom('n' as const, 'd' as const, 'k' as const),
    order: fc.constantFrom('asc' as const, 'desc' as const),
    missing: fc.constantFrom('_first' as const, '_last' as const),
  }),
  { maxLength: 2 },
);

/** Ascending sorts take the lowest value of several, descending ones the highest. */
export function compare(one: Entry, other: Entry, by: readonly Order[]): number {
  for (const { field, order, missing } of by) {
    const sign = order === 'asc' ? 1 : -1;
    const [a, b] = [one, other].map((entry) => extreme(valuesOf(entry, field), sign));
    if (a === b) continue;
    if (a === undefined || b === undefined) return (a === undefined) === (missing === '_first') ? -1 : 1;
    return a < b ? -sign : sign;
  }
  return one.id - other.id;
}

const extreme = (values: (number | string | boolean)[], sign: number) =>
  values.toSorted((a, b) => (a < b ? -sign : a > b ? sign : 0))[0];
