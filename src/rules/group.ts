import { createHash } from 'node:crypto';
import type { Fields, Scalar } from '../model.ts';
import { type Present, presentValues } from '../util/field-values.ts';
import { canonicalLevel, isLevelField } from '../util/levels.ts';

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
  const [first] = names;
  if (first === undefined) return { key: () => all, group: () => ({ key: all, by: {} }) };
  const key =
    names.length === 1
      ? (fields: Fields) => partOf(valueIn(fields, first))
      : (fields: Fields) => names.map((name) => partOf(valueIn(fields, name))).join(', ');
  return { key, group: (fields) => ({ key: key(fields), by: valuesIn(fields, names) }) };
}

function valuesIn(fields: Fields, names: readonly string[]): Record<string, Scalar> {
  const by: Record<string, Scalar> = {};
  for (const name of names) {
    const value = valueIn(fields, name);
    if (value !== undefined) by[name] = value;
  }
  return by;
}

/** One value of one field, cut to a bounded length that still tells different ones apart. */
function valueIn(fields: Fields, name: string): Present | undefined {
  const found = fields.get(name);
  const value = Array.isArray(found) ? joined(presentValues(found), name) : found;
  if (typeof value !== 'string') return value ?? undefined;
  return shortened(isLevelField(name) ? canonicalLevel(value) : value);
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
  return `${value.slice(0, maxValueLength - 18)}…~${digest}`;
}

/** A value as part of a key. Commas, quotes and backslashes are escaped, and what looks like a reserved name. */
export function partOf(value: Present | undefined): string {
  if (value === undefined) return missing;
  if (value === '') return '""';
  const text = String(value);
  return /[,"\\]|^_/.test(text) ? text.replace(/[,"\\]|^_/g, '\\$&') : text;
}
