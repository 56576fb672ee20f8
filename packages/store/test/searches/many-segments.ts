import { join } from 'node:path';
import fc from 'fast-check';
import { Engine } from '../../src/engine.ts';
import { stringify } from '../../src/json.ts';
import { Pace, type Sliced } from '../../src/query/pace.ts';
import { parseSearch } from '../../src/search/request.ts';
import { search } from '../../src/search/search.ts';
import { newFolder } from '../support.ts';

/** A document with few different values, so that many of them tie. */
export interface Entry {
  t?: number | number[];
  words?: string | string[];
  k?: string | string[];
}

/** What happens to an index, in order. `id` is one of few, so that documents are replaced. */
export type Step = { put: Entry; id: number } | { remove: number } | { seal: true };

const word = fc.constantFrom('get', 'get', 'get', 'post', 'error', 'rare');
const text = fc.array(word, { maxLength: 6 }).map((all) => all.join(' '));
/** Mostly it goes up, as in a log. */
const time = fc.integer({ min: -3, max: 12 });
const severalOf = <T>(one: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 4, arbitrary: one }, { weight: 1, arbitrary: fc.array(one, { maxLength: 3 }) });
const entry: fc.Arbitrary<Entry> = fc.record(
  { t: severalOf(time), words: severalOf(text), k: severalOf(fc.constantFrom('a', 'b', 'c', 'd', 'e')) },
  { requiredKeys: [] },
);
const put = fc.record({ put: entry, id: fc.integer({ min: 0, max: 60 }) });

export const steps: fc.Arbitrary<Step[]> = fc
  .array(
    fc.oneof(
      { weight: 12, arbitrary: put },
      { weight: 1, arbitrary: fc.record({ remove: fc.integer({ min: 0, max: 60 }) }) },
      { weight: 2, arbitrary: fc.constant({ seal: true } as const) },
    ),
    { minLength: 1, maxLength: 90 },
  )
  // In half of the cases times rise with the steps, so that segments hardly overlap.
  .chain((all) => fc.boolean().map((rises) => (rises ? all.map(risen) : all)));

function risen(step: Step, at: number): Step {
  if (!('put' in step) || typeof step.put.t !== 'number') return step;
  return { ...step, put: { ...step.put, t: step.put.t + at } };
}

/** A document as it stands in an index; `written` are all that were ever put, which word statistics count. */
export interface Live {
  index: number;
  id: string;
  sequence: number;
  entry: Entry;
}

const mappings = {
  properties: { t: { type: 'long' }, words: { type: 'text' }, k: { type: 'keyword' }, n: { type: 'long' } },
};

/** Indices of many small segments, and what should be in them. */
export class ManySegments {
  readonly engine = new Engine(join(newFolder(), 'store'), Date.now);
  readonly live: Live[] = [];
  readonly written: Live[] = [];
  readonly #names: string[] = [];

  async add(all: readonly Step[]): Promise<void> {
    const index = this.#names.length;
    const name = `i${index}`;
    this.#names.push(name);
    const { engine } = this;
    await engine.write(() => engine.createIndex(name, { mappings }));
    const { shard } = engine.open(name);
    const found = new Map<string, Live>();
    await engine.write(() => {
      for (const step of all) {
        if ('seal' in step) shard.seal();
        else if ('remove' in step) {
          const old = shard.find(`${step.remove}`);
          if (old) shard.delete(old);
          found.delete(`${step.remove}`);
        } else {
          const id = `${step.id}`;
          const document = { ...step.put, n: shard.nextSequence };
          const old = shard.find(id);
          const source = Buffer.from(JSON.stringify(document));
          const { sequence } = shard.put({ id, old, source, document, version: 1 }, 1);
          const one = { index, id, sequence, entry: step.put };
          found.set(id, one);
          this.written.push(one);
        }
      }
    });
    this.live.push(...found.values());
  }

  /** The answer to a search over all indices. */
  search(body: object): Answer {
    const targets = this.#names.map((name) => ({ index: this.engine.open(name) }));
    const request = parseSearch({ ...body, _source: false } as never);
    return JSON.parse(stringify(atOnce(search(this.engine, targets, request, new Pace()))).toString());
  }
}

interface Answer {
  hits: {
    total: { value: number; relation: string } | undefined;
    max_score: number | null;
    hits: { _index: string; _id: string; _score: number | null; sort?: unknown[] }[];
  };
  aggregations?: Record<string, { buckets: { key: string; doc_count: number }[] }>;
}

function atOnce<T>(work: Sliced<T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

export const tokensOf = ({ words = [] }: Entry): string[] =>
  [words].flat().flatMap((one) => one.split(' ').filter((token) => token !== ''));
export const timesOf = ({ t = [] }: Entry): number[] => [t].flat();

/** A query, and whether a document matches it. */
export interface Asked {
  query: object;
  matches(entry: Entry): boolean;
}

const oneOf = (...all: string[]) => fc.constantFrom(...all);
const words = fc.uniqueArray(oneOf('get', 'post', 'error', 'rare', 'none'), { minLength: 1, maxLength: 3 });
const match: fc.Arbitrary<Asked> = fc
  .record({ asked: words, operator: fc.constantFrom('and' as const, 'or' as const) })
  .map(({ asked, operator }) => ({
    query: { match: { words: { query: asked.join(' '), operator } } },
    matches: (entry) => {
      const tokens = new Set(tokensOf(entry));
      return operator === 'and'
        ? asked.every((one) => tokens.has(one))
        : asked.some((one) => tokens.has(one));
    },
  }));
const range: fc.Arbitrary<Asked> = fc.tuple(time, fc.integer({ min: 0, max: 60 })).map(([from, size]) => ({
  query: { range: { t: { gte: from, lt: from + size } } },
  matches: (entry) => timesOf(entry).some((t) => t >= from && t < from + size),
}));
const term: fc.Arbitrary<Asked> = oneOf('a', 'b', 'z').map((k) => ({
  query: { term: { k } },
  matches: (entry) => [entry.k ?? []].flat().includes(k),
}));
const all: Asked = { query: { match_all: {} }, matches: () => true };
const leaf = fc.oneof({ weight: 3, arbitrary: match }, range, term, fc.constant(all));

export const asked: fc.Arbitrary<Asked> = fc.oneof(
  leaf,
  fc
    .record({
      must: fc.array(leaf, { maxLength: 2 }),
      filter: fc.array(leaf, { maxLength: 2 }),
      not: fc.array(leaf, { maxLength: 1 }),
      should: fc.array(leaf, { maxLength: 2 }),
    })
    .map(({ must, filter, not, should }) => ({
      query: {
        bool: {
          must: must.map(({ query }) => query),
          filter: filter.map(({ query }) => query),
          must_not: not.map(({ query }) => query),
          should: should.map(({ query }) => query),
        },
      },
      matches: (entry: Entry) =>
        [...must, ...filter].every((one) => one.matches(entry)) &&
        !not.some((one) => one.matches(entry)) &&
        (must.length + filter.length > 0 || should.length === 0 || should.some((one) => one.matches(entry))),
    })),
);

export interface Order {
  order: 'asc' | 'desc';
  missing: '_first' | '_last';
  mode: 'min' | 'max' | 'sum' | 'avg' | 'median';
}

export const order: fc.Arbitrary<Order> = fc.record({
  order: fc.constantFrom('desc' as const, 'desc' as const, 'asc' as const),
  missing: fc.constantFrom('_last' as const, '_last' as const, '_first' as const),
  mode: fc.constantFrom('max' as const, 'min' as const, 'sum' as const, 'avg' as const, 'median' as const),
});

/** The value by which a document is sorted; undefined where it has none. */
export function sortedBy(entry: Entry, { mode }: Order): number | undefined {
  const values = timesOf(entry).toSorted((a, b) => a - b);
  if (values.length < 2) return values[0];
  if (mode === 'min') return values[0];
  if (mode === 'max') return values.at(-1);
  const sum = values.reduce((total, one) => total + one, 0);
  if (mode === 'sum') return sum;
  if (mode === 'avg') return Math.round(sum / values.length);
  const middle = values.length >> 1;
  return Math.round(values.length % 2 === 1 ? values[middle]! : (values[middle - 1]! + values[middle]!) / 2);
}

/** By the value, then by index, then as they were written. */
export function inOrder(by: Order): (a: Live, b: Live) => number {
  const sign = by.order === 'asc' ? 1 : -1;
  return (a, b) => {
    const [x, y] = [sortedBy(a.entry, by), sortedBy(b.entry, by)];
    if (x === y) return a.index - b.index || a.sequence - b.sequence;
    if (x === undefined || y === undefined) return (x === undefined) === (by.missing === '_first') ? -1 : 1;
    return x < y ? -sign : sign;
  };
}

/** What `hits.total` says of so many documents. */
export function totalOf(count: number, track: boolean | number | undefined) {
  if (track === false) return undefined;
  if (track === true || count <= (track ?? 10_000)) return { value: count, relation: 'eq' };
  return { value: track ?? 10_000, relation: 'gte' };
}
