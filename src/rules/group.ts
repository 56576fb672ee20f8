import { createHash } from 'node:crypto';
import type { Fields, FieldValue, Measure, Scalar } from '../model.ts';
import { canonicalLevel, isLevelField, type Present, presentValues } from '../util/levels.ts';
import { detached } from '../util/text.ts';
import type { Amount as WindowAmount } from '../windows/aggregates/aggregate.ts';
import type { Condition } from './condition.ts';
import { compileQuery } from './kql/compile.ts';
import { numberOf } from './kql/typed-fields.ts';

/** Stands for a field without a value. */
export const missing = '_missing';
/** The only group of a rule without `by`; no other group has this key. */
export const all = '';

/** A value is part of keys and documents, so a hostile one must not make them long. */
const maxValueLength = 256;

interface Group {
  /** Readable, and different for different groups: `web-1`, `web-1, 404`. */
  key: string;
  /** The fields that the event has, and their values. */
  by: Record<string, Scalar>;
}

export interface Grouping {
  /** The key alone: what an event costs when its group is known already. */
  key(fields: Fields): string;
  group(fields: Fields): Group;
}

/**
 * Groups events by the text of their fields: 404 and "404" are the same group, for senders differ in the types that
 * they send. A field without a value (none, null, an empty list) is `_missing`. Several values are one group, whatever
 * their order: their texts, sorted and joined. Levels of one severity are the same group.
 */
export function groupingBy(names: readonly string[]): Grouping {
  const readers = names.map(readerOf);
  const [first] = readers;
  if (first === undefined) return { key: () => all, group: () => ({ key: all, by: {} }) };
  const key =
    readers.length === 1
      ? (fields: Fields) => partOf(first(fields))
      : (fields: Fields) => readers.map((read) => partOf(read(fields))).join(', ');
  const by = (fields: Fields) => {
    const values = names.map((name, place) => [name, readers[place]!(fields)] as const);
    return Object.fromEntries(values.filter(([, value]) => value !== undefined));
  };
  return { key, group: (fields) => ({ key: key(fields), by: by(fields) as Record<string, Scalar> }) };
}

type Reader = (fields: Fields) => Present | undefined;

/** Reads the one value of a field, cut to a bounded length at which different ones still differ. */
function readerOf(name: string): Reader {
  const isLevel = isLevelField(name);
  return (fields) => {
    const found = fields.get(name);
    const value = Array.isArray(found) ? joined(presentValues(found), name) : found;
    if (typeof value !== 'string') return value ?? undefined;
    return shortened(isLevel ? canonicalLevel(value) : value);
  };
}

function joined(values: Present[], field: string): Present | undefined {
  return values.length > 1 ? comparableTexts(values, field).join(', ') : values[0];
}

/** The different texts by which the values of a field are compared, sorted. The order in which they were sent is no difference. */
export function comparableTexts(values: Present[], field: string): string[] {
  const texts = values.map((value) => comparableText(value, field));
  return [...new Set(texts)].sort();
}

/** The text by which a value is compared with other values of its field: levels by severity. */
export function comparableText(value: Present, field: string): string {
  return isLevelField(field) ? canonicalLevel(String(value)) : String(value);
}

/** A long value cut such that different ones stay different. */
export function shortened(value: string): string {
  if (value.length <= maxValueLength) return value;
  const digest = createHash('sha1').update(value).digest('base64url').slice(0, 16);
  return detached(`${value.slice(0, maxValueLength - 18)}…~${digest}`);
}

/** A value as part of a key. Commas, quotes and backslashes are escaped, and what looks like a reserved name. */
export function partOf(value: Present | undefined): string {
  if (value === undefined) return missing;
  if (value === '') return '""';
  const text = String(value);
  return /[,"\\]|^_/.test(text) ? text.replace(/[,"\\]|^_/g, '\\$&') : text;
}

/** What one event adds to its window. `undefined`: nothing, for it has no such field or no number there. */
export type Amount = (fields: Fields) => WindowAmount;

/**
 * The part of an event that the measure is about: 1 where events are counted, the numbers of the field, its texts where
 * different ones are counted, or whether it belongs to the share. Each value of a field with several values counts, as
 * in Elasticsearch's aggregations. Throws `KQL_SYNTAX` where a share's query is none.
 */
export function amountOf(measure: Measure): Amount {
  switch (measure.kind) {
    case 'count':
    case 'rate':
      return () => 1;
    case 'share':
      return compileQuery(measure.query);
    case 'distinct':
      return (fields) => amountIn(fields.get(measure.field), (value) => comparableText(value, measure.field));
    default:
      return (fields) => amountIn(fields.get(measure.field), finite);
  }
}

/** A list only where there are several values, because most fields have one. */
function amountIn<T extends number | string>(
  value: FieldValue,
  read: (value: Present) => T | undefined,
): WindowAmount {
  if (!Array.isArray(value)) return value === undefined || value === null ? undefined : read(value);
  const amounts = presentValues(value).flatMap((one) => read(one) ?? []);
  return amounts.length > 1 ? amounts : amounts[0];
}

function finite(value: Present): number | undefined {
  const number = typeof value === 'string' ? numberOf(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** Why a line is evidence: the value that was measured in it. */
export interface Shown {
  value?: number | string | undefined;
  /** One line for each value is enough. */
  isUnique?: true;
}

/** Whether a line is evidence for an alert, by what it adds to its window. Undefined: it is none. */
export type EvidenceOf = (amount: WindowAmount) => Shown | undefined;

const plain: Shown = {};

/**
 * Which lines show why the condition holds: of a share those that its query counts (the others where a low share raises
 * the alert), of a maximum, minimum or percentile those beyond the threshold, of different values one for each.
 */
export function evidenceFor(measure: Measure, condition: Condition | undefined): EvidenceOf {
  switch (measure.kind) {
    case 'count':
    case 'rate':
      return () => plain;
    case 'share': {
      const counted = condition?.truer !== 'as it falls';
      return (amount) => (amount === counted ? plain : undefined);
    }
    case 'distinct':
      return (amount) => firstOf(amount, () => true, { isUnique: true });
    case 'max':
    case 'min':
    case 'percentile':
      return (amount) => firstOf(amount, (value) => condition?.test(value) ?? true);
    case 'sum':
    case 'avg':
      return (amount) => firstOf(amount, () => true);
  }
}

/** The filter of the rule together with the query of its share: what a link shows. */
export function evidenceQuery(where: string, measure: Measure, condition: Condition | undefined): string {
  if (measure.kind !== 'share') return where;
  const query = condition?.truer === 'as it falls' ? `not (${measure.query})` : `(${measure.query})`;
  return where.trim() === '' ? query : `(${where}) and ${query}`;
}

/** The columns of a link: what the rule groups by, the measured field, and the message. */
export function columnsOf(by: readonly string[], measure: Measure): string[] {
  const measured = 'field' in measure ? [measure.field] : [];
  return [...new Set([...by, ...measured, 'message'])];
}

/** The first of an event's values that passes. */
function firstOf(
  amount: WindowAmount,
  passes: (value: number) => boolean,
  more: Shown = plain,
): Shown | undefined {
  const values = typeof amount === 'object' ? amount : [amount];
  const value = values.find((one) => (typeof one === 'number' ? passes(one) : typeof one === 'string'));
  return value === undefined || typeof value === 'boolean' ? undefined : { value, ...more };
}
