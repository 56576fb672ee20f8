import type { QueryContext } from '../query/matcher.ts';
import { StoreError } from '../store-error.ts';
import { sortField, textTypes } from './sort.ts';
import type { SortKey } from './sort-request.ts';

/** What sort keys are in the indices that have documents for the hits. Text and numbers cannot be compared. */
export class SortTypes {
  readonly #keys: readonly SortKey[];
  #context: QueryContext | undefined;
  #first: string[] | undefined;
  #mixed: string | undefined;

  constructor(keys: readonly SortKey[]) {
    this.#keys = keys;
  }

  /** Whether it was noted that the index has documents for the hits. */
  has(context: QueryContext): boolean {
    return this.#context?.index === context.index;
  }

  /** Notes that an index has documents for the hits. */
  add(context: QueryContext): void {
    if (this.#context === context) return;
    this.#context = context;
    const types = this.#keys.map((key) => typeOf(context, key));
    this.#first ??= types;
    for (const [at, key] of this.#keys.entries()) {
      const [first, own] = [this.#first[at]!, types[at]!];
      if ((first === 'STRING') === (own === 'STRING')) continue;
      const name = sortField(context, key) === undefined ? '__anonymous_' : key.field;
      this.#mixed ??= `Can't sort on field [${name}]; the field has incompatible sort types: [${first}] and [${own}] across shards!`;
    }
  }

  /**
   * @throws StoreError where a key is text in one index and a number in another.
   */
  check(): void {
    if (this.#mixed !== undefined) throw mixedError(this.#mixed);
  }
}

/** Lucene's name for the type of a key's values in one index. */
function typeOf(context: QueryContext, key: SortKey): string {
  if (key.field.startsWith('_')) return key.field === '_index' ? 'STRING' : 'LONG';
  const type = sortField(context, key)?.type ?? key.unmapped ?? 'long';
  if (key.isWhole) return 'LONG';
  if (textTypes.includes(type)) return 'STRING';
  if (['float', 'half_float'].includes(type)) return 'FLOAT';
  return ['double', 'scaled_float'].includes(type) ? 'DOUBLE' : 'LONG';
}

/** Elasticsearch finds this when it merges the hits of shards, so the error names none of them. */
const mixedError = (reason: string) =>
  new StoreError(400, 'search_phase_execution_exception', '', {
    ...{ root_cause: [], phase: 'fetch', grouped: true, failed_shards: [] },
    caused_by: { type: 'illegal_argument_exception', reason },
  });
