import type { SearchAnswer, Searcher } from './searcher.ts';

export type Order = 'asc' | 'desc';

/**
 * The last keys of a sort of events: where they were stored. Without them the order of equal values differs from search to
 * search, and pages lose lines or repeat them.
 */
export const byPlace = (order: Order): object[] => [{ _index: { order } }, { _seq_no: { order } }];
export const byTime = (order: Order) => ({ '@timestamp': { order, unmapped_type: 'date' } });
/** By `numeric_type` an index that maps offsets as keywords fails. It would compare them as text: 9 after 10. */
export const byOffset = (order: Order) => ({
  'log.offset': { order, unmapped_type: 'long', numeric_type: 'long' },
});

const numbers = ['long', 'integer', 'short', 'byte', 'double', 'float', 'half_float', 'scaled_float'];

/**
 * The answers of searches that are sorted by offset. An index of others may map offsets as keywords or text. Elasticsearch leaves out
 * the lines of such an index, or refuses the search. Then all is searched again without the offset as a key.
 */
export async function withOffsets<T extends [SearchAnswer, ...SearchAnswer[]]>(
  searcher: Searcher,
  index: string,
  search: (isByOffset: boolean) => Promise<T>,
): Promise<T> {
  const asked = search(true);
  const isWhole = await asked.then(
    (answers) => answers.every(({ problems }) => problems.length === 0),
    () => false,
  );
  return isWhole || !(await hasOtherOffsets(searcher, index)) ? asked : search(false);
}

/** Whether an index has offsets by which it cannot sort. */
async function hasOtherOffsets(searcher: Searcher, index: string): Promise<boolean> {
  try {
    const types = await searcher.typesOf(index, 'log.offset');
    return types.some(({ type, aggregatable }) => !aggregatable || !numbers.includes(type));
  } catch {
    return false;
  }
}
