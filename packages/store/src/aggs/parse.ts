import { isObject, type Json, type JsonObject } from '../json.ts';
import { illegalArgument, parsingError, xContentError } from '../store-error.ts';

/**
 * A parsed aggregation. `body` has the options of its type, which its factory checks; `children`
 * are those within.
 */
export interface AggregationSpec {
  name: string;
  type: string;
  body: JsonObject;
  children: AggregationSpec[];
  meta: Json | undefined;
  /** Whether it, or one within it, shows hits by their score. */
  needsScores: boolean;
}

/** Nesting of aggregations. The parser recurses. */
const maxDepth = 10;

/** Parses one aggregation: a type, and `aggs` and `meta` beside it. */
function parseOne(name: string, json: Json, depth: number): AggregationSpec {
  if (/[[\]>]/.test(name))
    throw parsingError(
      `Invalid aggregation name [${name}]. Aggregation names cannot contain '[', ']', and '>' characters`,
    );
  if (!isObject(json))
    throw parsingError(
      `Aggregation definition for [${name}] starts with a [VALUE], expected a [START_OBJECT].`,
    );
  const { aggs, aggregations, meta, ...types } = json;
  const [entry, other] = Object.entries(types);
  if (!entry) throw parsingError(`Missing definition for aggregation [${name}]`);
  if (other)
    throw parsingError(
      `Found two aggregation type definitions in [${name}]: [${entry[0]}] and [${other[0]}]`,
    );
  const [type, body] = entry;
  if (!isObject(body))
    throw parsingError(`Expected [START_OBJECT] under [${type}], but got a value in [${name}]`);
  const children = parseAggregations(aggs ?? aggregations, depth + 1);
  const needsScores =
    children.some((child) => child.needsScores) || (type === 'top_hits' && body.sort === undefined);
  return { name, type, body, children, meta, needsScores };
}

/**
 * Parses `aggs`.
 * @throws StoreError
 */
export function parseAggregations(json: Json | undefined, depth = 0): AggregationSpec[] {
  if (json === undefined || json === null) return [];
  if (!isObject(json)) throw parsingError('Expected [START_OBJECT] under [aggs]');
  if (depth > maxDepth) throw illegalArgument('aggregations are nested too deeply for this store');
  return Object.entries(json).map(([name, one]) => parseOne(name, one, depth));
}

/**
 * Refuses options that the store does not know: ignoring one would give a wrong answer. `known` are
 * names separated by spaces.
 */
export function checkOptions({ name, type, body }: AggregationSpec, known: string): void {
  const unknown = Object.keys(body).find((key) => !known.split(' ').includes(key));
  if (unknown)
    throw xContentError(
      `[${type}] unknown field [${unknown}] in aggregation [${name}], or one that this store does not support`,
    );
}
