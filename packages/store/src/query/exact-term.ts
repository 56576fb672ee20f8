import type { Field } from '../mapping/field.ts';
import { type Bits, countBits, docsOf, hasBit, intersect, noBits } from '../storage/bits.ts';
import {
  documentsWithTerms,
  documentsWithToken,
  type TermColumn,
  type TextColumn,
} from '../storage/column.ts';
import { type Matcher, oneWord, type QueryContext } from './matcher.ts';
import { statisticsOf, type TermScorer, termScorer } from './relevance.ts';

/** One term of a keyword's column, or one token of a text field's, compared exactly. */
export function exactTerm(context: QueryContext, field: Field, term: string, boost: number): Matcher {
  let score: TermScorer | undefined;
  const isFlat = field.type === 'match_only_text';
  const placeIn = placeOf(term);
  const scorer = () => {
    if (score) return score;
    score = termScorer(statisticsOf(context.shard, field, term), boost, isFlat);
    context.pace.pause();
    return score;
  };
  return {
    match(segment) {
      const column = segment.column(field);
      if (!column || column.kind === 'number') return noBits();
      const place = placeIn(column);
      if (place === -1) return noBits();
      return column.kind === 'text'
        ? documentsWithToken(column, place)
        : documentsWithTerms(column, place, place + 1);
    },
    count(segment) {
      const column = segment.column(field);
      if (!column) return 0;
      if (column.kind !== 'text' || countBits(segment.live) < segment.size) return undefined;
      const place = placeIn(column);
      return place === -1 ? 0 : column.offsets[place + 1]! - column.offsets[place]!;
    },
    score(segment, scores, wanted) {
      const column = segment.column(field);
      if (column && column.kind !== 'number') scoreTerm(column, placeIn(column), scorer(), scores, wanted);
    },
    highest(segment) {
      const { ofTerm, ofToken } = scorer();
      const column = segment.column(field);
      const place = column && column.kind !== 'number' ? placeIn(column) : -1;
      if (boost < 0) return undefined;
      if (column?.kind !== 'text' || place === -1) return place === -1 ? 0 : ofTerm;
      const { frequency, length } = extremesOf(column, place);
      return ofToken(frequency, length - 1);
    },
    marks: () => oneWord(field.name, (token) => token === term),
  };
}

/** Where a term stands among those of a column, or -1. The place in the last column is kept: it is asked for several times in a row. */
function placeOf(term: string): (column: TermColumn | TextColumn) => number {
  let last: TermColumn | TextColumn | undefined;
  let place = -1;
  return (column) => {
    if (column !== last) place = (column.kind === 'text' ? column.tokens : column.terms).find(term);
    last = column;
    return place;
  };
}

/** The highest frequency of a token in a column, and the least length of the texts that have it. They never change. */
interface Extremes {
  frequency: number;
  length: number;
}

const extremes = new WeakMap<TextColumn, Map<number, Extremes>>();

function extremesOf(column: TextColumn, place: number): Extremes {
  const ofColumn = extremes.get(column) ?? new Map<number, Extremes>();
  extremes.set(column, ofColumn);
  const known = ofColumn.get(place);
  if (known) return known;
  const found = { frequency: 0, length: Number.POSITIVE_INFINITY };
  for (let at = column.offsets[place]!; at < column.offsets[place + 1]!; at++) {
    found.frequency = Math.max(found.frequency, column.frequencies[at]!);
    found.length = Math.min(found.length, column.lengths[column.docs[at]!]!);
  }
  ofColumn.set(place, found);
  return found;
}

/** Adds the scores of the term or token at that place. */
function scoreTerm(
  column: TermColumn | TextColumn,
  place: number,
  score: TermScorer,
  scores: Float64Array,
  wanted: Bits,
): void {
  if (place === -1) return;
  if (column.kind === 'term') {
    const bits = intersect(documentsWithTerms(column, place, place + 1), wanted);
    for (const doc of docsOf(bits)) scores[doc]! += score.ofTerm;
    return;
  }
  const { docs, frequencies, lengths, offsets } = column;
  const end = offsets[place + 1]!;
  for (let at = offsets[place]!; at < end; at++) {
    const doc = docs[at]!;
    if (hasBit(wanted, doc)) scores[doc]! += score.ofToken(frequencies[at]!, lengths[doc]! - 1);
  }
}
