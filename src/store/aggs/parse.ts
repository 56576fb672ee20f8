import { isObject, type Json, type JsonObject } from '../json.ts';
import { parsingError } from '../store-error.ts';

export interface AggregationSpec {
  name: string;
  type: string;
  body: JsonObject;
  children: AggregationSpec[];
  meta: Json | undefined;
  /** Whether it, or one within it, shows hits by their score. */
  needsScores: boolean;
}

export function parseAggregations(json: Json | undefined): AggregationSpec[] {
  if (json === undefined || json === null) return [];
  if (!isObject(json)) throw parsingError('Expected [START_OBJECT] under [aggs]');
  if (Object.keys(json).length > 0) throw parsingError('aggregations come later');
  return [];
}
