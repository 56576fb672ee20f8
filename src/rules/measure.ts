import type { Fields, FieldValue, Measure } from '../model.ts';
import { type Present, presentValues } from '../util/field-values.ts';
import type { Amount as WindowAmount } from '../windows/aggregates/aggregate.ts';
import { comparableText } from './group.ts';
import { compileQuery } from './kql/compile.ts';
import { numberOf } from './kql/match.ts';

/** Either what was read, or what is wrong with it and what to write instead. */
export type Parsed<T> = { ok: T } | { problem: string; remedy: string };

const forms =
  'write count, rate, sum(field), avg(field), min(field), max(field), percentile(field, 95), distinct(field) or share(KQL)';

/** Reads a rule's `measure`. The query of a share is not looked into here: `amountOf` compiles it. */
export function parseMeasure(text: string): Parsed<Measure> {
  const match = /^\s*([a-z]+)\s*(?:\(([\s\S]*)\))?\s*$/.exec(text);
  const [, kind, inside] = match ?? [];
  const content = inside?.trim() ?? '';
  switch (kind) {
    case 'count':
    case 'rate':
      return inside === undefined
        ? { ok: { kind } }
        : { problem: `the measure ${kind} takes no field`, remedy: `write ${kind}` };
    case 'share':
      return content
        ? { ok: { kind, query: content } }
        : {
            problem: 'the measure share needs a query',
            remedy: 'write for example share(log.level >= error)',
          };
    case 'percentile':
      return percentile(content);
    case 'sum':
    case 'avg':
    case 'min':
    case 'max':
    case 'distinct':
      return isField(content)
        ? { ok: { kind, field: content } }
        : {
            problem: `the measure ${kind} needs one field`,
            remedy: `write for example ${kind}(event.duration)`,
          };
    default:
      return { problem: `${JSON.stringify(text)} is no measure`, remedy: forms };
  }
}

function percentile(content: string): Parsed<Measure> {
  const [field, percent, ...more] = content.split(',').map((part) => part.trim());
  const value = Number(percent);
  if (isField(field!) && percent && more.length === 0 && value > 0 && value < 100)
    return { ok: { kind: 'percentile', field: field!, percent: value } };
  return {
    problem: 'the measure percentile needs a field and a number between 0 and 100',
    remedy: 'write for example percentile(event.duration, 95)',
  };
}

function isField(text: string): boolean {
  return /^[^\s,()"]+$/.test(text);
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
