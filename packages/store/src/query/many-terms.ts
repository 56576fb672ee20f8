import type { Field } from '../mapping/field.ts';
import { type Bits, noBits, unite } from '../storage/bits.ts';
import type { IndexRecord } from '../storage/catalog.ts';
import { documentsWhere, documentsWithToken, type TermColumn, type TextColumn } from '../storage/column.ts';
import type { Segment } from '../storage/segment.ts';
import { queryShardError } from '../store-error.ts';
import { constant, type Matcher, matchNone, oneWord, type QueryContext, searchedField } from './matcher.ts';
import type { Pace } from './pace.ts';

/** How far the terms of a segment were tested. `chosen` is by ordinal. */
interface Tested {
  at: number;
  chosen: Uint8Array;
}

/** Terms tested between two looks at the clock. */
const termsAtOnce = 64;

/**
 * Documents of a segment that have a term which passes. Testing may end at the end of a slice and goes on in the next: what
 * was found for such a segment is kept. O(terms + values).
 */
function whereTerms(field: Field, passes: (term: string) => boolean, pace: Pace): (segment: Segment) => Bits {
  const slow = new Map<Segment, Tested>();
  return (segment) => {
    const column = segment.column(field);
    if (!column || column.kind === 'number') return noBits();
    const table = column.kind === 'text' ? column.tokens : column.terms;
    const tested = slow.get(segment) ?? { at: 0, chosen: new Uint8Array(table.size + 1) };
    while (tested.at < table.size) {
      const isPassing = passes(table.get(tested.at++));
      if (isPassing) tested.chosen[tested.at] = 1;
      if (tested.at % termsAtOnce !== 0 || !pace.isOver) continue;
      slow.set(segment, tested);
      pace.pause();
    }
    return chosenDocuments(column, tested.chosen);
  };
}

/** Documents that have a chosen term. */
function chosenDocuments(column: TermColumn | TextColumn, chosen: Uint8Array): Bits {
  if (!chosen.includes(1)) return noBits();
  if (column.kind === 'term') return documentsWhere(column, (ordinal) => chosen[ordinal] === 1);
  const bits = noBits();
  for (let at = 0; at < column.tokens.size; at++)
    if (chosen[at + 1]) unite(bits, documentsWithToken(column, at));
  return bits;
}

/** Documents with a term that passes a test, all with the same score. */
export function passing(
  { pace }: QueryContext,
  field: Field,
  test: (term: string) => boolean,
  boost: number,
): Matcher {
  const match = whereTerms(field, test, pace);
  return { ...constant(match, boost), marks: () => oneWord(field.name, test) };
}

/** Documents with one of many terms of a keyword, or tokens of a text. O(values of the segment + terms). */
export function anyTerm(field: Field, terms: string[], boost: number): Matcher {
  const wanted = new Set(terms);
  const match = (segment: Segment) => {
    const column = segment.column(field);
    if (!column || column.kind === 'number') return noBits();
    const table = column.kind === 'text' ? column.tokens : column.terms;
    const chosen = new Uint8Array(table.size + 1);
    for (const value of wanted) chosen[table.find(value) + 1] = 1;
    chosen[0] = 0;
    return chosenDocuments(column, chosen);
  };
  return { ...constant(match, boost), marks: () => oneWord(field.name, (token) => wanted.has(token)) };
}

/**
 * Documents that one of many matchers matches. Matching a segment may end at the end of a slice and goes on in the next.
 */
export function anyMatching(matchers: Matcher[], pace: Pace, boost: number): Matcher {
  const known = new Map<Segment, { at: number; bits: Bits }>();
  const match = (segment: Segment) => {
    const matched = known.get(segment) ?? { at: 0, bits: noBits() };
    known.set(segment, matched);
    while (matched.at < matchers.length) {
      unite(matched.bits, matchers[matched.at]!.match(segment));
      matched.at++;
      pace.pause();
    }
    return matched.bits.slice();
  };
  const marks = (segment: Segment, doc: number) => matchers.flatMap((one) => one.marks?.(segment, doc) ?? []);
  return { ...constant(match, boost), marks };
}

/** The names under which an index is found: its own, that of its data stream, and its aliases. */
export const namesOf = ({ name, stream, aliases }: IndexRecord): string[] => [
  name,
  ...(stream ? [stream] : []),
  ...Object.keys(aliases),
];

/**
 * Documents with a term that passes a test of its text: `prefix`, `wildcard` and `regexp`. `query`
 * names the query for errors.
 * @throws StoreError for fields that have no text.
 */
export function termsPassing(
  context: QueryContext,
  name: string,
  query: string,
  test: (term: string) => boolean,
  boost = 1,
): Matcher {
  if (name === '_index')
    return namesOf(context.index.record).some(test)
      ? constant((segment) => segment.live.slice(), boost)
      : matchNone;
  const field = searchedField(context, name, query);
  if (!field) return matchNone;
  if (field.family === 'flattened' && field.name !== field.source && query !== 'prefix')
    throw queryShardError(
      `failed to create query: [${query}] queries are not currently supported on keyed [flattened] fields.`,
    );
  if (!['keyword', 'text', 'flattened'].includes(field.family))
    throw queryShardError(
      `failed to create query: Can only use ${query} queries on keyword, text and wildcard fields - not on [${name}] which is of type [${field.type}]`,
    );
  return passing(context, field, test, boost);
}
