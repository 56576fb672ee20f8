import type { QueryContext } from '../query/matcher.ts';
import type { Segment } from '../storage/segment.ts';
import type { AggregationSpec } from './parse.ts';

export class Aggregations {
  constructor(_specs: AggregationSpec[], _now: number) {}
  collect(_context: QueryContext, _segment: Segment, _docs: Uint16Array, _scores?: Float64Array): void {}
  result(): unknown {
    return {};
  }
}
