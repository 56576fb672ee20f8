import { isObject, type Json, type JsonObject } from '../json.ts';
import { formatDate } from '../mapping/date-format.ts';
import { parseDateMath } from '../mapping/date-math.ts';
import type { Field } from '../mapping/field.ts';
import { encodeIp } from '../mapping/ip.ts';
import { fieldOf } from '../query/matcher.ts';
import { numberOf } from '../query/shape.ts';
import { valuesOf } from '../storage/column.ts';
import { illegalArgument, parsingError, xContentError } from '../store-error.ts';
import { type Aggregator, type Batch, type Bucket, newBucket, type RequestScope } from './aggregator.ts';
import { dateInterval, evenInterval, type Interval } from './intervals.ts';
import { type AggregationSpec, checkOptions } from './parse.ts';
import { columnOf, fieldName, shownKey } from './values.ts';

/** One part of a key; null where a document has no value. */
type Part = string | number | null;

/** One of the sources whose values make up the keys. */
interface Source {
  name: string;
  field: string;
  interval: Interval | undefined;
  isDate: boolean;
  isDescending: boolean;
  hasMissing: boolean;
  isMissingFirst: boolean;
  format: string | undefined;
  zone: string;
}

const kinds = ['terms', 'histogram', 'date_histogram'];

/** Options of all kinds of sources. */
const options =
  'field order missing_bucket missing_order interval calendar_interval fixed_interval time_zone format offset'.split(
    ' ',
  );

/**
 * Parses `{"name": {"kind": {options}}}`.
 * @throws StoreError
 */
function parseSource(json: Json): Source {
  const [entry] = isObject(json) ? Object.entries(json) : [];
  const [kind, body] = isObject(entry?.[1]) ? (Object.entries(entry[1])[0] ?? []) : [];
  if (!entry || !kind || !isObject(body))
    throw parsingError('[composite] a source must be an object with a name');
  if (!kinds.includes(kind)) throw parsingError(`[composite] unknown source type [${kind}]`);
  const unknown = Object.keys(body).find((key) => !options.includes(key));
  if (unknown)
    throw xContentError(`[${kind}] unknown field [${unknown}], or one that this store does not support`);
  const zone = String(body.time_zone ?? 'UTC');
  const interval =
    kind === 'date_histogram'
      ? dateInterval(body, zone)
      : kind === 'histogram'
        ? evenInterval(numberOf(body.interval, 1), 0)
        : undefined;
  return {
    name: entry[0],
    field: fieldName({ name: entry[0], type: kind, body, children: [], meta: undefined, needsScores: false }),
    interval,
    isDate: kind === 'date_histogram',
    isDescending: body.order === 'desc',
    hasMissing: body.missing_bucket === true,
    isMissingFirst: missingFirst(body),
    format: body.format === undefined ? undefined : String(body.format),
    zone,
  };
}

/** Whether the key of documents without a value sorts first. By default it is the least. */
function missingFirst({ missing_order: place, order }: JsonObject): boolean {
  return place === undefined || place === 'default' ? order !== 'desc' : place === 'first';
}

/** The distinct parts that a document's values of one source yield. */
function partsOf(source: Source, batch: Batch): (doc: number) => Part[] {
  const column = columnOf(batch, source.field);
  return (doc) => {
    const [from, to] = column ? valuesOf(column, doc) : [0, 0];
    const parts = new Set<Part>();
    for (let at = from; at < to; at++)
      if (column!.kind === 'term') parts.add(column!.terms.get(column!.ordinals[at]! - 1));
      else parts.add(source.interval ? source.interval.floor(column!.values[at]!) : column!.values[at]!);
    if (parts.size === 0 && source.hasMissing) parts.add(null);
    return [...parts];
  };
}

/** The Cartesian product: a document with several values has several keys. */
const combinations = (lists: Part[][]): Part[][] =>
  lists.reduce<Part[][]>((heads, list) => heads.flatMap((head) => list.map((part) => [...head, part])), [[]]);

/**
 * The `composite` aggregation: buckets by combinations of values, in pages. All keys after `after`
 * are collected, not only one page, so the cost of a page is that of all of them;
 * `search.max_buckets` is the limit.
 */
class Composite implements Aggregator {
  readonly #scope: RequestScope;
  readonly #spec: AggregationSpec;
  readonly #sources: Source[];
  readonly #fields: (Field | undefined)[] = [];
  readonly #buckets = new Map<string, { key: Part[]; bucket: Bucket }>();
  readonly #size: number;

  constructor(scope: RequestScope, spec: AggregationSpec) {
    checkOptions(spec, 'sources size after');
    this.#scope = scope;
    this.#spec = spec;
    this.#size = numberOf(spec.body.size, 10);
    if (spec.body.sources === undefined) throw illegalArgument('Required [sources]');
    if (!Array.isArray(spec.body.sources) || spec.body.sources.length === 0)
      throw xContentError('Composite [sources] cannot be null or empty');
    this.#sources = spec.body.sources.map(parseSource);
    this.#check();
  }

  /** Refuses what is wrong with the request as a whole. */
  #check(): void {
    const names = this.#sources.map(({ name }) => name);
    if (new Set(names).size < names.length) throw xContentError('Composite source names must be unique');
    if (this.#size < 1) throw illegalArgument('[size] must be greater than 0');
    const { after } = this.#spec.body;
    if (isObject(after) && Object.keys(after).length !== names.length)
      throw illegalArgument(
        `[after] has ${Object.keys(after).length} value(s) but [sources] has ${names.length}`,
      );
  }

  collect(batch: Batch, docs: Uint16Array): void {
    for (const [at, { field }] of this.#sources.entries()) this.#fields[at] ??= fieldOf(batch.context, field);
    const readers = this.#sources.map((source) => partsOf(source, batch));
    const after = this.#after(batch);
    const found = new Map<string, { key: Part[]; docs: number[] }>();
    for (const doc of docs)
      for (const key of combinations(readers.map((read) => read(doc)))) {
        if (after && this.#compare(key, after) <= 0) continue;
        const name = JSON.stringify(key);
        const entry = found.get(name) ?? { key, docs: [] };
        entry.docs.push(doc);
        found.set(name, entry);
      }
    for (const [name, { key, docs: owners }] of found) {
      const known = this.#buckets.get(name) ?? { key, bucket: newBucket(this.#scope, this.#spec.children) };
      this.#buckets.set(name, known);
      known.bucket.count += owners.length;
      known.bucket.children.collect(batch, Uint16Array.from(owners));
    }
  }

  /** The key after which to go on, in the form in which keys are kept. */
  #after({ context }: Batch): Part[] | undefined {
    const { after } = this.#spec.body;
    if (after === undefined) return undefined;
    return this.#sources.map(({ name, field, isDate, format, zone }) => {
      const value = isObject(after) ? (after[name] ?? null) : null;
      const kind = fieldOf(context, field)?.family;
      if (value === null) return null;
      if (isDate || kind === 'date')
        return parseDateMath(value as string, {
          now: this.#scope.now,
          roundUp: false,
          zone,
          ...(format && typeof value === 'string' && { formats: format }),
        });
      if (kind === 'ip') return encodeIp(String(value)) ?? null;
      return typeof value === 'boolean' ? Number(value) : (value as Part);
    });
  }

  /** The order of keys, by each source's direction. */
  #compare(a: Part[], b: Part[]): number {
    for (const [at, { isDescending, isMissingFirst }] of this.#sources.entries()) {
      const [x, y] = [a[at]!, b[at]!];
      if (x === y) continue;
      if (x === null || y === null) return (x === null) === isMissingFirst ? -1 : 1;
      return x < y === isDescending ? 1 : -1;
    }
    return 0;
  }

  /** A key as the answer shows it. */
  #shown(key: Part[]): JsonObject {
    const entries = this.#sources.map(({ name, isDate, format, zone }, at): [string, Json] => {
      const part = key[at]!;
      if (part === null) return [name, null];
      if (isDate) return [name, format ? formatDate(part as number, format, zone) : part];
      const field = this.#fields[at];
      const shown = shownKey(part, field);
      return [name, field?.family === 'boolean' ? part === 1 : shown.key];
    });
    return Object.fromEntries(entries);
  }

  result(): JsonObject {
    const page = [...this.#buckets.values()].sort((a, b) => this.#compare(a.key, b.key)).slice(0, this.#size);
    const last = page.at(-1);
    const buckets = page.map(({ key, bucket }) => ({
      key: this.#shown(key),
      doc_count: bucket.count,
      ...bucket.children.result(),
    }));
    return { ...(last && { after_key: this.#shown(last.key) }), buckets };
  }
}

/** The `composite` aggregation. */
export const composite = (scope: RequestScope, spec: AggregationSpec): Aggregator =>
  new Composite(scope, spec);
