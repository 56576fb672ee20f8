import { starPattern } from '@logboom/common';
import type { Fields, FieldValue } from '../../src/model.ts';

/** Fields from flat names: what a query, a group key or a template is asked about in tests. */
export function fieldsOf(values: Record<string, FieldValue>): Fields {
  const names = Object.keys(values);
  return {
    get: (field) => (Object.hasOwn(values, field) ? values[field] : undefined),
    has: (field) => names.some((name) => name === field || name.startsWith(`${field}.`)),
    names: (pattern) => names.filter((name) => starPattern(pattern).test(name)),
  };
}
