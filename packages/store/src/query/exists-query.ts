import { noBits, unite } from '../storage/bits.ts';
import { documentsWith } from '../storage/column.ts';
import { constant, fieldOf, type Matcher, type QueryContext, searchedField } from './matcher.ts';

/**
 * Documents that have a value in the field, or in any field below an object of that name. An
 * unknown name matches nothing.
 *
 * Elasticsearch answers `exists` from doc values or norms; the store asks the columns, with the
 * same result: a value that `ignore_above` or `ignore_malformed` left out does not count.
 * @throws StoreError for fields that are only stored.
 */
export function exists(context: QueryContext, name: string, boost = 1): Matcher {
  if (name === '_id' || name === '_index') return constant((segment) => segment.live.slice(), boost);
  const { mapping, nested } = context;
  const field = fieldOf(context, name);
  const inner = [...mapping.fields.values()].filter(
    (one) => one.name.startsWith(`${name}.`) && one.source === one.name && one.nested === nested,
  );
  const fields = (field ? [field] : inner).filter(({ family }) => family !== 'stored');
  if (field?.family === 'stored') searchedField(context, name, 'exists');
  return constant((segment) => {
    const bits = noBits();
    for (const one of fields) {
      const column = segment.column(one);
      if (column) unite(bits, documentsWith(column));
    }
    return bits;
  }, boost);
}
