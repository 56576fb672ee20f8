import type { Field } from '../mapping/field.ts';
import { noBits, unite } from '../storage/bits.ts';
import { documentsWithTerms, documentsWithToken } from '../storage/column.ts';
import type { Segment } from '../storage/segment.ts';
import type { StringTable } from '../storage/string-table.ts';
import { constant, type Matcher, oneWord } from './matcher.ts';

interface StringRange {
  low: string | undefined;
  high: string | undefined;
  lowOpen: boolean;
  highOpen: boolean;
}

function bounds(table: StringTable, { low, high, lowOpen, highOpen }: StringRange): [number, number] {
  const after = (text: string) => table.lowerBound(`${text}\0`);
  const first = low === undefined ? 0 : lowOpen ? after(low) : table.lowerBound(low);
  const end = high === undefined ? table.size : highOpen ? table.lowerBound(high) : after(high);
  return [first, end];
}

export function stringRange(field: Field, range: StringRange, boost: number): Matcher {
  const match = (segment: Segment) => {
    const column = segment.column(field);
    if (column?.kind === 'term') return documentsWithTerms(column, ...bounds(column.terms, range));
    const bits = noBits();
    if (column?.kind !== 'text') return bits;
    const [first, end] = bounds(column.tokens, range);
    for (let token = first; token < end; token++) unite(bits, documentsWithToken(column, token));
    return bits;
  };
  return { ...constant(match, boost), marks: () => oneWord(field.name, (token) => isWithin(token, range)) };
}

function isWithin(token: string, { low, high, lowOpen, highOpen }: StringRange): boolean {
  if (low !== undefined && (lowOpen ? token <= low : token < low)) return false;
  return high === undefined || (highOpen ? token < high : token <= high);
}
