import type { OpenIndex } from './engine.ts';
import type { JsonObject } from './json.ts';
import { maxIdBytes } from './storage/files.ts';
import type { Found } from './storage/shard.ts';
import { documentError, illegalArgument, StoreError, validationError } from './store-error.ts';

/**
 * A version that the client counts instead of the store (`version_type: external`). logboom writes
 * alert documents so: a later state never loses to an earlier one that is sent again.
 */
export interface ExternalVersion {
  version: number;
  /** Whether a document with the same version is replaced (`external_gte`). */
  orEqual: boolean;
}

/**
 * Reads `version` and `version_type` of an operation; undefined for the store's own versions.
 * @throws StoreError for what Elasticsearch refuses, and for versions beyond `maxVersion`.
 */
export function externalVersion(version: unknown, type: unknown): ExternalVersion | undefined {
  if (type === undefined || type === null || type === 'internal') {
    if (version === undefined || version === null) return undefined;
    throw validationError(
      'Validation Failed: 1: internal versioning can not be used for optimistic concurrency control. Please use `if_seq_no` and `if_primary_term` instead;',
    );
  }
  if (type !== 'external' && type !== 'external_gte')
    throw illegalArgument(`No version type match [${String(type)}]`);
  const number = Number(version);
  if (!Number.isSafeInteger(number) || number < 0 || number > maxVersion)
    throw illegalArgument(
      `illegal version value [${String(version)}] for version type [${type.toUpperCase()}]`,
    );
  return { version: number, orEqual: type === 'external_gte' };
}

/** Versions are stored in 32 bits; Elasticsearch has 63. */
export const maxVersion = 2 ** 32 - 1;

/** Elasticsearch's error for a write that lost against another. */
export function conflict({ record }: OpenIndex, id: string, why: string): StoreError {
  return new StoreError(409, 'version_conflict_engine_exception', `[${id}]: version conflict, ${why}`, {
    index_uuid: record.uuid,
    shard: '0',
    index: record.name,
  });
}

/** Refuses an external version that is not newer. */
export function checkVersion(
  target: OpenIndex,
  id: string,
  old: Found | undefined,
  external: ExternalVersion | undefined,
): void {
  if (!old || !external) return;
  const { version, orEqual } = external;
  if (orEqual ? old.version <= version : old.version < version) return;
  const relation = orEqual ? 'higher than' : 'higher or equal to';
  throw conflict(target, id, `current version [${old.version}] is ${relation} the one provided [${version}]`);
}

/** Refuses empty and too long ids. */
export function checkId(id: string): void {
  if (id === '') throw illegalArgument('if _id is specified it must not be empty');
  if (3 * id.length <= maxIdBytes) return;
  const length = Buffer.byteLength(id);
  if (length > maxIdBytes)
    throw validationError(
      `Validation Failed: 1: id [${id}] is too long, must be no longer than ${maxIdBytes} bytes but was: ${length};`,
    );
}

/** Refuses a write whose `if_seq_no` does not fit. */
export function checkSequence(
  target: OpenIndex,
  id: string,
  old: Found | undefined,
  wanted: number | undefined,
): void {
  if (wanted === undefined || old?.sequence === wanted) return;
  const current = old ? `current document has seqNo [${old.sequence}]` : 'but no document was found';
  throw conflict(target, id, `required seqNo [${wanted}], primary term [1]. ${current}`);
}

/** A backing index that is named itself takes updates only: documents that say which one they replace. */
export function checkBackingIndex(
  { record: { name, stream } }: OpenIndex,
  { index, isCreate, ifSequence }: { index: string; isCreate: boolean; ifSequence?: number | undefined },
): void {
  if (!stream || index !== name || (!isCreate && ifSequence !== undefined)) return;
  const write = isCreate
    ? 'index request with op_type=create'
    : 'index request with op_type=index and no if_primary_term and if_seq_no set';
  throw illegalArgument(
    `${write} targeting backing indices is disallowed, target corresponding data stream [${stream}] instead`,
  );
}

/** Elasticsearch's error for a document without `@timestamp`. */
const missingTimestamp = (reason: string) =>
  documentError(`failed to parse: ${reason}`, { type: 'illegal_argument_exception', reason });

/** Documents of a data stream need exactly one `@timestamp`. */
export function checkTimestamp({ record }: OpenIndex, document: JsonObject): void {
  if (!record.stream) return;
  const value = document['@timestamp'];
  if (value === undefined || value === null)
    throw missingTimestamp('data stream timestamp field [@timestamp] is missing');
  if (Array.isArray(value))
    throw missingTimestamp('data stream timestamp field [@timestamp] encountered multiple values');
}
