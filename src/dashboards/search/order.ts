import type { Millis } from '../../model.ts';
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

/** For how long it is remembered that offsets are left out for a pattern of names, so that each page is one search. */
const remembered: Millis = 60_000;
const mostRemembered = 100;

interface WithoutOffsets {
  note: string;
  until: Millis;
}
const known = new WeakMap<Searcher, Map<string, WithoutOffsets>>();

/**
 * The answers of searches that are sorted by offset. An index of others may map offsets as keywords or text. Elasticsearch leaves out
 * the lines of such an index, or refuses the search. Then all is searched again without the offset as a key, which the notes say.
 */
export async function withOffsets<T extends [SearchAnswer, ...SearchAnswer[]]>(
  searcher: Searcher,
  index: string,
  search: (isByOffset: boolean) => Promise<T>,
): Promise<{ answers: T; notes: string[] }> {
  const noted = noteOf(searcher, index);
  if (noted !== undefined) return { answers: await search(false), notes: [noted] };
  const asked = search(true);
  const isWhole = await asked.then(
    (answers) => answers.every(({ problems }) => problems.length === 0),
    () => false,
  );
  const note = isWhole ? undefined : await otherOffsets(searcher, index);
  return note === undefined
    ? { answers: await asked, notes: [] }
    : { answers: await search(false), notes: [note] };
}

function noteOf(searcher: Searcher, index: string): string | undefined {
  const found = known.get(searcher)?.get(index);
  return found !== undefined && Date.now() < found.until ? found.note : undefined;
}

/** What is to be said of indices that have offsets by which they cannot sort, where there are some. */
async function otherOffsets(searcher: Searcher, index: string): Promise<string | undefined> {
  try {
    const types = await searcher.typesOf(index, 'log.offset');
    const others = types.filter(({ type, aggregatable }) => !aggregatable || !numbers.includes(type));
    if (others.length === 0) return undefined;
    const names = others.flatMap(({ type, indices = [], non_aggregatable_indices: unsorted = indices }) =>
      numbers.includes(type) ? unsorted : indices,
    );
    const some = `${names.slice(0, 3).join(', ')}${names.length > 3 ? ' and others' : ''}`;
    const note = `\`log.offset\` is no number that can be sorted by in ${some || index}: lines of one time are in the order in which they were stored.`;
    remember(searcher, index, { note, until: Date.now() + remembered });
    return note;
  } catch {
    return undefined;
  }
}

function remember(searcher: Searcher, index: string, found: WithoutOffsets): void {
  const indices = known.get(searcher) ?? new Map<string, WithoutOffsets>();
  if (indices.size >= mostRemembered) indices.clear();
  known.set(searcher, indices.set(index, found));
}
