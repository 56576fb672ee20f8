import type { FieldValue, Scalar } from '../model.ts';

/** A value of a field that is present. */
export type Present = Exclude<Scalar, null>;

/**
 * The values of a field. Nulls, empty lists and lists of nulls are no values, as for Elasticsearch's `exists`: a field
 * without any value is absent. Queries, groups, measures and messages all use this definition.
 */
export function presentValues(value: FieldValue): Present[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) return [value];
  return value.filter((one) => one !== null);
}

/** Whether a field has any value. */
export function isPresent(value: FieldValue): boolean {
  if (Array.isArray(value)) return value.some((one) => one !== null);
  return value !== undefined && value !== null;
}
