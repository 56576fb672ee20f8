import { type Json, type JsonObject, wildcard } from '../json.ts';
import { parseDateMath } from '../mapping/date-math.ts';
import type { Field } from '../mapping/field.ts';
import { ipRange } from '../mapping/ip.ts';
import { integerRanges, MalformedValue, toStored } from '../mapping/values.ts';
import { noBits, setBit } from '../storage/bits.ts';
import { documentsBetween } from '../storage/column.ts';
import type { Segment } from '../storage/segment.ts';
import { queryShardError } from '../store-error.ts';
import { exactTerm } from './exact-term.ts';
import { anyMatching, anyTerm, namesOf, passing } from './many-terms.ts';
import { constant, fieldOf, type Matcher, matchNone, type QueryContext, searchedField } from './matcher.ts';
import { stringRange } from './range-query.ts';
import { statisticsOf, termScore } from './relevance.ts';

/**
 * A value in the form in which the field's column holds it.
 * @throws StoreError where it does not fit the field.
 */
function storedTerm(field: Field, value: Json, context: QueryContext): number | string | undefined {
  if (field.family === 'date') {
    const formats = field.options.formats;
    return parseDateMath(value as string | number, {
      now: context.now,
      roundUp: false,
      ...(formats && { formats }),
    });
  }
  if (field.family === 'flattened' || field.family === 'text') return String(value);
  if (field.family === 'keyword') return String(value);
  try {
    return toStored({ ...field, options: { ...field.options, coerce: true } }, value);
  } catch (error) {
    if (!(error instanceof MalformedValue)) throw error;
    throw queryShardError(`failed to create query: ${error.message}`);
  }
}

/**
 * Whether no document can have the value: a whole number's column holds no fractions, and nothing
 * out of its range.
 */
function isNever({ type }: Field, value: Json): boolean {
  const [number, range] = [Number(value), integerRanges[type]];
  if (!range || Number.isNaN(number) || value === '') return false;
  return !Number.isInteger(number) || number < range[0] || number > range[1];
}

/**
 * Documents with a number. A date that leaves units out matches its whole unit. Booleans are scored
 * like terms.
 */
function numberTerm(context: QueryContext, field: Field, value: Json, boost: number): Matcher {
  if (isNever(field, value)) return matchNone;
  const wanted = storedTerm(field, value, context) as number;
  let high = wanted;
  if (field.family === 'date') {
    const formats = field.options.formats;
    high = parseDateMath(value as string, { now: context.now, roundUp: true, ...(formats && { formats }) });
  }
  const match = (segment: Segment) => {
    const column = segment.column(field);
    return column?.kind === 'number' ? documentsBetween(column, wanted, high) : noBits();
  };
  if (field.family !== 'boolean') return constant(match, boost);
  let weight: number | undefined;
  return {
    match,
    score(segment, scores, asked) {
      weight ??= termScore(statisticsOf(context.shard, field, String(wanted)));
      constant(match, boost * weight).score(segment, scores, asked);
    },
  };
}

/** An address or a network. */
function ipTerm(field: Field, value: Json, boost: number): Matcher {
  const range = ipRange(String(value));
  if (!range)
    throw queryShardError(`failed to create query: '${String(value)}' is not an IP string literal.`);
  return stringRange(field, { low: range[0], high: range[1], lowOpen: false, highOpen: false }, boost);
}

interface TermOptions {
  boost?: number;
  caseInsensitive?: boolean;
}

/** Whether a value of `_index`, which may hold `*`, means the index: by its name, its data stream or an alias. */
function isNamed({ index: { record } }: QueryContext, value: string): boolean {
  const pattern = value.includes('*') ? wildcard(value) : undefined;
  return namesOf(record).some((name) => pattern?.test(name) ?? name === value);
}

/** `_index` and `_id` are not fields of documents but can be searched like some. */
function pseudoField(context: QueryContext, name: string, value: Json, boost: number): Matcher | undefined {
  if (name === '_id') return idsMatcher(context, [String(value)], boost);
  if (name !== '_index') return undefined;
  return isNamed(context, String(value)) ? constant((segment) => segment.live.slice(), boost) : matchNone;
}

/** Documents with these ids. O(ids). */
export function idsMatcher({ shard }: QueryContext, ids: string[], boost = 1): Matcher {
  const sequences = ids.map((id) => shard.find(id)?.sequence).filter((sequence) => sequence !== undefined);
  return constant((segment) => {
    const bits = noBits();
    for (const sequence of sequences) {
      const doc = sequence - segment.base;
      if (doc >= 0 && doc < segment.size) setBit(bits, doc);
    }
    return bits;
  }, boost);
}

/**
 * The matcher of a `term` query, by the field's family.
 * @throws StoreError where the value does not fit the field.
 */
export function term(context: QueryContext, name: string, value: Json, options: TermOptions = {}): Matcher {
  const { boost = 1, caseInsensitive = false } = options;
  const pseudo = pseudoField(context, name, value, boost);
  if (pseudo) return pseudo;
  const field = searchedField(context, name, 'term');
  if (!field) return matchNone;
  if (field.family === 'ip') return ipTerm(field, value, boost);
  if (['number', 'date', 'boolean'].includes(field.family)) return numberTerm(context, field, value, boost);
  if (!caseInsensitive) return exactTerm(context, field, String(value), boost);
  const lower = String(value).toLowerCase();
  return passing(context, field, (one) => one.toLowerCase() === lower, boost);
}

/** Values of one `terms` query, where the index sets no other limit (`index.max_terms_count`). */
const maxTerms = 65_536;

/** Refuses more values than the index allows. */
function checkTerms({ index }: QueryContext, count: number): void {
  const settings = index.record.settings.index as JsonObject | undefined;
  const most = Number(settings?.max_terms_count ?? maxTerms);
  if (count <= most) return;
  const reason = `The number of terms [${count}] used in the Terms Query request has exceeded the allowed maximum of [${most}]. This maximum can be set by changing the [index.max_terms_count] index level setting.`;
  throw queryShardError(`failed to create query: ${reason}`, { type: 'illegal_argument_exception', reason });
}

/**
 * `terms` does not score: every document gets the same.
 * @throws StoreError where there are too many values, or one does not fit the field.
 */
export function terms(context: QueryContext, name: string, values: Json[], boost = 1): Matcher {
  checkTerms(context, values.length);
  const field = fieldOf(context, name);
  if (field && ['keyword', 'text'].includes(field.family) && field.options.searchable)
    return anyTerm(field, values.map(String), boost);
  return anyMatching(
    values.map((value) => term(context, name, value)),
    context.pace,
    boost,
  );
}
