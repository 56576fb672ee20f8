import { type Json, type JsonObject, RawJson, wildcard } from '../json.ts';
import { formatDate } from '../mapping/date-format.ts';
import type { Field } from '../mapping/field.ts';
import { decodeIp } from '../mapping/ip.ts';
import type { Mapping } from '../mapping/mapping.ts';
import { Misfit, type Stored, toStored } from '../mapping/values.ts';
import { filterSource } from '../path-filter.ts';
import { valuesOf } from '../storage/column.ts';
import type { Candidate } from './collect.ts';
import type { FieldRequest, SearchRequest, SourceFilter } from './request.ts';
import { fielddataError, type SortKey, shownValue } from './sort.ts';
import { valuesAt } from './source-values.ts';

/** The document as asked for: as it came where nothing is cut out of it. */
export function filteredSource(source: Buffer, { isWanted, includes, excludes }: SourceFilter): unknown {
  if (!isWanted) return undefined;
  if (includes.length === 0 && excludes.length === 0) return new RawJson(source);
  return filterSource(JSON.parse(source.toString()), includes, excludes);
}

function shown(field: Field, value: Json, stored: Stored, format: string | undefined): unknown {
  if (stored === undefined) return undefined;
  if (field.family === 'date') return formatDate(stored as number, format ?? field.options.formats);
  if (field.family === 'ip') return decodeIp(stored as string);
  if (field.family === 'boolean') return stored === 1;
  return field.family === 'text' ? value : stored;
}

function fieldValues(source: JsonObject, field: Field, format: string | undefined): unknown[] {
  return valuesAt(source, field.source).flatMap((value) => {
    try {
      const one = shown(field, value, toStored(field, value), format);
      return one === undefined ? [] : [one];
    } catch (error) {
      if (error instanceof Misfit) return [];
      throw error;
    }
  });
}

/** The `fields` of a hit: values by the names that queries use, always in arrays. */
export function requestedFields(
  mapping: Mapping,
  source: JsonObject,
  requests: FieldRequest[],
  isSorted: boolean,
  index: string,
) {
  const result: Record<string, unknown[]> = {};
  for (const { pattern, format } of requests)
    for (const field of mapping.fieldsMatching(wildcard(pattern))) {
      if (isSorted && field.family === 'text' && !pattern.includes('*'))
        throw fielddataError(field.name, index);
      const values = fieldValues(source, field, format);
      if (isSorted)
        values.sort((a, b) =>
          a === b ? 0 : typeof a === 'number' ? a - Number(b) : String(a) < String(b) ? -1 : 1,
        );
      const isTerm = field.family === 'keyword' || field.family === 'ip';
      if (values.length > 0) result[field.name] = isSorted && isTerm ? [...new Set(values)] : values;
    }
  return result;
}

/** `_ignored`: what of the document is not in the index. */
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

/** A float as Java writes it: the fewest digits that name it. */
export function shortFloat(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}

/** A hit, or undefined when its document was deleted since it was found. */
export function hitOf(
  candidate: Candidate,
  request: SearchRequest,
  keys: SortKey[],
  isSorted: boolean,
): unknown {
  const { record, shard } = candidate.index;
  const document = shard.readLive(candidate.sequence);
  if (!document) return undefined;
  const isScored = !isSorted || request.trackScores || keys.some((key) => key.field === '_score');
  const needsSource = request.fields.length > 0 || request.docValues.length > 0;
  const source = needsSource ? (JSON.parse(document.source.toString()) as JsonObject) : {};
  const fields = {
    ...requestedFields(shard.mapping, source, request.docValues, true, record.name),
    ...requestedFields(shard.mapping, source, request.fields, false, record.name),
  };
  return {
    _index: record.name,
    _id: document.id,
    ...(request.showVersion && { _version: document.version }),
    ...(request.showSequence && { _seq_no: candidate.sequence, _primary_term: 1 }),
    ...ignoredOf(candidate),
    _score: isScored && !Number.isNaN(candidate.score) ? shortFloat(candidate.score) : null,
    _source: filteredSource(document.source, request.source),
    ...(Object.keys(fields).length > 0 && { fields }),
    ...(isSorted && {
      sort: candidate.values.map((value, at) =>
        keys[at]!.field === '_score'
          ? shortFloat(value as number)
          : shownValue(value, keys[at]!, shard.mapping.field(keys[at]!.field)),
      ),
    }),
  };
}
