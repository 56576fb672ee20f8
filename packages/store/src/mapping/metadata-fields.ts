import type { Json } from '../json.ts';
import { documentError, illegalArgument } from '../store-error.ts';

/** Names that Elasticsearch keeps for itself at the top of a document. */
const metadataFields = new Set(
  '_id _index _source _routing _version _seq_no _primary_term _field_names _ignored _nested_path _tier _data_stream_timestamp _ignored_source'.split(
    ' ',
  ),
);

/**
 * Whether a key at the top of a document is a metadata field without a value, which is passed over. `_id`, `_index` and the like belong
 * to the request, so one with a value is refused. `_doc_count` is a number that aggregations would count, and is refused as well.
 */
export function isMetadata(key: string, member: Json): boolean {
  if (key === '_doc_count') throw illegalArgument('[_doc_count] in documents is not supported by this store');
  if (!metadataFields.has(key)) return false;
  if (Array.isArray(member) && member.flat(9).length === 0) return true;
  const reason = `Field [${key}] is a metadata field and cannot be added inside a document. Use the index API request parameters.`;
  throw documentError(`failed to parse field [${key}]: ${reason}`, {
    type: 'document_parsing_exception',
    reason,
  });
}
