import { type JsonObject, RawJson } from '../json.ts';
import { filterSource } from '../path-filter.ts';
import { valuesOf } from '../storage/column.ts';
import type { Candidate } from './collect.ts';
import type { Highlighter } from './highlight.ts';
import type { SearchRequest } from './request.ts';
import { columnFields, requestedFields } from './requested-fields.ts';
import { shownValue } from './sort.ts';
import type { SortKey } from './sort-request.ts';
import type { SourceFilter } from './source-filter.ts';

/**
 * A document's `_source`. It passes through byte for byte where nothing is cut out of it. Undefined
 * where it is not wanted.
 */
export function filteredSource(source: Buffer, { isWanted, includes, excludes }: SourceFilter): unknown {
  if (!isWanted) return undefined;
  if (includes.length === 0 && excludes.length === 0) return new RawJson(source);
  return filterSource(JSON.parse(source.toString()), includes, excludes);
}

/** `_ignored`: the names of the document's fields that are not in the index. */
function ignoredOf({ index: { shard }, sequence }: Candidate): { _ignored?: string[] } {
  const segment = shard.segmentOf(sequence);
  const column = segment?.column(shard.mapping.ignored);
  if (!segment || column?.kind !== 'term') return {};
  const [from, to] = valuesOf(column, sequence - segment.base);
  const names = Array.from({ length: to - from }, (_, at) =>
    column.terms.get(column.ordinals[from + at]! - 1),
  );
  return names.length > 0 ? { _ignored: names.sort() } : {};
}

/**
 * A number as Java writes a float: the fewest digits that identify it. Scores are floats in
 * Elasticsearch.
 */
export function shortFloat(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}

/** `_id` and `_index`, where `fields` asks for them. */
function ownNames({ fields }: SearchRequest, index: string, id: string): Record<string, string[]> {
  const own = { _index: [index], _id: [id] };
  return Object.fromEntries(
    Object.entries(own).filter(([name]) => fields.some(({ pattern }) => pattern === name)),
  );
}

/**
 * A hit as Elasticsearch shows it; undefined where its document was deleted since it was found.
 * Reads the document and parses it only where something needs its members.
 */
export function hitOf(
  candidate: Candidate,
  request: SearchRequest,
  keys: SortKey[],
  isSorted: boolean,
  highlighter?: Highlighter,
): unknown {
  const { record, shard } = candidate.index;
  const document = shard.readLive(candidate.sequence);
  if (!document) return undefined;
  const isScored = !isSorted || request.trackScores || keys.some((key) => key.field === '_score');
  const needsSource = request.fields.length > 0 || request.docValues.length > 0 || highlighter !== undefined;
  const source = needsSource ? (JSON.parse(document.source.toString()) as JsonObject) : {};
  const fields = {
    ...columnFields(shard.mapping, source, request.docValues, record.name),
    ...requestedFields(shard.mapping, source, request.fields),
    ...ownNames(request, record.name, document.id),
  };
  const segment = highlighter && shard.segmentOf(candidate.sequence);
  const highlight = segment && highlighter?.of(segment, candidate.sequence - segment.base, source);
  return {
    _index: record.name,
    ...(request.showId && { _id: document.id }),
    ...(request.showVersion && { _version: document.version }),
    ...(request.showSequence && { _seq_no: candidate.sequence, _primary_term: 1 }),
    ...(request.showId && ignoredOf(candidate)),
    _score: isScored && !Number.isNaN(candidate.score) ? shortFloat(candidate.score) : null,
    _source: filteredSource(document.source, request.source),
    ...(Object.keys(fields).length > 0 && { fields }),
    ...(highlight && { highlight }),
    ...(isSorted && {
      sort: candidate.values.map((value, at) =>
        keys[at]!.field === '_score'
          ? shortFloat(value as number)
          : shownValue(value, keys[at]!, shard.mapping.field(keys[at]!.field)),
      ),
    }),
  };
}
