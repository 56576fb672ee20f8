import type { JsonObject } from '../json.ts';
import { formatDate } from '../mapping/date-format.ts';
import type { Field } from '../mapping/field.ts';
import { fieldOf } from '../query/matcher.ts';
import { illegalArgument, xContentError } from '../store-error.ts';
import type { Aggregator, RequestScope } from './aggregator.ts';
import { type AggregationSpec, checkOptions } from './parse.ts';
import { eachNumber, fieldName, missingNumber } from './values.ts';

/** Percentiles by default, as in Elasticsearch. */
const defaultPercents = [1, 5, 25, 50, 75, 95, 99];

/** Values held for one aggregation: 80 MB. */
const maxValues = 10_000_000;

/** Numbers in a typed array that doubles when it is full. */
class Numbers {
  #values = new Float64Array(256);
  #length = 0;

  push(value: number): void {
    if (this.#length === maxValues)
      throw illegalArgument(`[percentiles] more than ${maxValues} values are not supported by this store`);
    if (this.#length === this.#values.length) {
      const grown = new Float64Array(this.#length * 2);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.#length++] = value;
  }

  /** A sorted copy. */
  sorted(): Float64Array {
    return this.#values.slice(0, this.#length).sort();
  }
}

/**
 * The value below which a percentage of the values lies, interpolated between neighbours. It is
 * exact; Elasticsearch estimates with t-digest.
 */
function percentileOf(sorted: Float64Array, percent: number): number | null {
  if (sorted.length === 0) return null;
  const place = (percent / 100) * (sorted.length - 1);
  const low = Math.floor(place);
  const [a, b] = [sorted[low]!, sorted[Math.min(low + 1, sorted.length - 1)]!];
  return a + (b - a) * (place - low);
}

/** A percentile's name: `50.0` for 50, as Java writes a double. */
const percentName = (percent: number) => (Number.isInteger(percent) ? `${percent}.0` : String(percent));

/** The percentiles that the request wants, ascending. */
function percentsOf({ body }: AggregationSpec): number[] {
  if (body.percents === undefined) return defaultPercents;
  const percents = Array.isArray(body.percents) ? body.percents.map(Number) : [];
  if (percents.length === 0) throw xContentError('[percents] must not be empty');
  const wrong = percents.find((percent) => !(percent >= 0 && percent <= 100));
  if (wrong !== undefined) throw xContentError(`percent must be in [0,100], got [${wrong}]`);
  return percents.sort((a, b) => a - b);
}

/** The `percentiles` aggregation. Options of sketches are accepted and not needed. */
export function percentiles(scope: RequestScope, spec: AggregationSpec): Aggregator {
  checkOptions(spec, 'field missing format percents keyed tdigest hdr');
  const name = fieldName(spec);
  const percents = percentsOf(spec);
  const numbers = new Numbers();
  let field: Field | undefined;
  const shown = (sorted: Float64Array, percent: number): JsonObject => {
    const value = percentileOf(sorted, percent);
    const isDate = field?.family === 'date' && value !== null;
    return { value, ...(isDate && { value_as_string: formatDate(value, field!.options.formats) }) };
  };
  return {
    collect(batch, docs) {
      const missing = missingNumber(spec.body.missing, fieldOf(batch.context, name), scope.now);
      field = eachNumber(batch, docs, name, spec.type, missing, (value) => numbers.push(value)) ?? field;
    },
    result() {
      const sorted = numbers.sorted();
      if (spec.body.keyed === false)
        return { values: percents.map((percent) => ({ key: percent, ...shown(sorted, percent) })) };
      const entries = percents.flatMap((percent) => {
        const { value, value_as_string: text } = shown(sorted, percent);
        const key = percentName(percent);
        return text === undefined
          ? [[key, value!]]
          : [
              [key, value!],
              [`${key}_as_string`, text],
            ];
      });
      return { values: Object.fromEntries(entries) };
    },
    metric: (path) => percentileOf(numbers.sorted(), Number(path)) ?? Number.NaN,
  };
}
