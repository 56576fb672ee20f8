import { randomBytes } from 'node:crypto';
import type { Engine, OpenIndex } from './engine.ts';
import { type ExternalVersion, largestVersion } from './external-version.ts';
import { isObject, type Json, type JsonObject, parseJson } from './json.ts';
import { longestId } from './storage/files.ts';
import type { Found } from './storage/shard.ts';
import { documentError, illegalArgument, indexNotFound, StoreError, validationError } from './store-error.ts';

export interface WriteRequest {
  action: 'index' | 'create' | 'update' | 'delete';
  index: string;
  id: string | undefined;
  /** The document, or the body of an update, as it came. */
  source: Buffer;
  ifSequence?: number | undefined;
  requireAlias?: boolean;
  /** A version that the client keeps count of itself, instead of the store. */
  external?: ExternalVersion | undefined;
}

function checkVersion(
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

export interface WriteResult {
  index: string;
  id: string;
  version: number;
  sequence: number;
  result: 'created' | 'updated' | 'deleted' | 'not_found' | 'noop';
  status: number;
  /** The document after an update. */
  document?: Buffer;
}

/** Time-ordered at the front, as Elasticsearch's own are, so that new ids go to the end of their tree. */
let counter = 0;
function newId(now: number): string {
  counter = (counter + 1) & 0xffff;
  const bytes = Buffer.alloc(15);
  bytes.writeUIntBE(now, 0, 6);
  bytes.writeUInt16BE(counter, 6);
  randomBytes(7).copy(bytes, 8);
  return bytes.toString('base64url');
}

function parseDocument(source: Buffer): JsonObject {
  let value: unknown;
  try {
    value = parseJson(source);
  } catch (error) {
    throw documentError(`failed to parse`, {
      type: 'x_content_parse_exception',
      reason: (error as Error).message,
    });
  }
  if (!isObject(value)) throw documentError('Malformed content, must start with an object');
  return value;
}

function conflict({ record }: OpenIndex, id: string, why: string): StoreError {
  return new StoreError(409, 'version_conflict_engine_exception', `[${id}]: version conflict, ${why}`, {
    index_uuid: record.uuid,
    shard: '0',
    index: record.name,
  });
}

function checkId(id: string): void {
  if (id === '') throw illegalArgument('if _id is specified it must not be empty');
  const length = Buffer.byteLength(id);
  if (length > longestId)
    throw validationError(
      `Validation Failed: 1: id [${id}] is too long, must be no longer than ${longestId} bytes but was: ${length};`,
    );
}

function checkSequence(
  target: OpenIndex,
  id: string,
  old: Found | undefined,
  wanted: number | undefined,
): void {
  if (wanted === undefined || old?.sequence === wanted) return;
  const current = old ? `current document has seqNo [${old.sequence}]` : 'but no document was found';
  throw conflict(target, id, `required seqNo [${wanted}], primary term [1]. ${current}`);
}

const missingTimestamp = (reason: string) =>
  documentError(`failed to parse: ${reason}`, { type: 'illegal_argument_exception', reason });

function checkTimestamp({ record }: OpenIndex, document: JsonObject): void {
  if (!record.stream) return;
  const value = document['@timestamp'];
  if (value === undefined || value === null)
    throw missingTimestamp('data stream timestamp field [@timestamp] is missing');
  if (Array.isArray(value))
    throw missingTimestamp('data stream timestamp field [@timestamp] encountered multiple values');
}

/** Writes one document, within a transaction. A refusal is thrown, and then nothing was changed. */
export function writeItem(engine: Engine, request: WriteRequest): WriteResult {
  if (request.action === 'delete') return deleteItem(engine, request);
  if (request.action === 'update') return updateItem(engine, request);
  if (request.id !== undefined) checkId(request.id);
  // A refused document must not leave an index behind that it alone called for, so it is parsed first.
  const document = parseDocument(request.source);
  const isCreate = request.action === 'create';
  return putDocument(engine, engine.target(request.index, isCreate), { ...request, document, isCreate });
}

interface Put extends Omit<WriteRequest, 'action'> {
  document: JsonObject;
  isCreate: boolean;
}

function putDocument(engine: Engine, target: OpenIndex, put: Put): WriteResult {
  const { shard, record } = target;
  const id = put.id ?? newId(engine.now());
  const old = put.id === undefined ? undefined : shard.find(id);
  if (put.isCreate && old)
    throw conflict(target, id, `document already exists (current version [${old.version}])`);
  checkSequence(target, id, old, put.ifSequence);
  checkVersion(target, id, old, put.external);
  checkTimestamp(target, put.document);
  const next = put.external?.version ?? (old?.version ?? 0) + 1;
  if (next > largestVersion)
    throw illegalArgument(`the version of [${id}] is the largest that this store keeps [${largestVersion}]`);
  const { sequence, grown } = shard.put(
    { id, old, source: put.source, document: put.document, version: next },
    engine.now(),
  );
  if (grown) engine.saveMapping(target);
  const result = old ? 'updated' : 'created';
  return { index: record.name, id, version: next, sequence, result, status: old ? 200 : 201 };
}

function deleteItem(engine: Engine, { index, id = '', ifSequence }: WriteRequest): WriteResult {
  checkId(id);
  assertThere(engine, index);
  const target = existing(engine, index);
  const old = target.shard.find(id);
  checkSequence(target, id, old, ifSequence);
  const { name } = target.record;
  const sequence = target.shard.nextSequence;
  if (!old) return { index: name, id, version: 1, sequence, result: 'not_found', status: 404 };
  target.shard.delete(old);
  return { index: name, id, version: old.version + 1, sequence, result: 'deleted', status: 200 };
}

/** Only a document that is written makes an index. */
function assertThere({ catalog }: Engine, name: string): void {
  const isAlias = catalog.all('index').some(([, { aliases }]) => Object.hasOwn(aliases, name));
  if (!catalog.get('index', name) && !catalog.get('stream', name) && !isAlias) throw indexNotFound(name);
}

function existing(engine: Engine, index: string): OpenIndex {
  if (engine.catalog.get('stream', index))
    throw illegalArgument('only write ops with an op_type of create are allowed in data streams');
  return engine.target(index, false);
}

/** Lays `part` over `whole`; objects are merged, everything else is replaced. */
function overlay(whole: JsonObject, part: JsonObject): JsonObject {
  const result = { ...whole };
  for (const [key, value] of Object.entries(part)) {
    const known = result[key];
    result[key] = isObject(known) && isObject(value) ? overlay(known, value) : value;
  }
  return result;
}

const updateKeys = ['doc', 'upsert', 'doc_as_upsert', 'detect_noop', '_source'];

function updateItem(engine: Engine, request: WriteRequest): WriteResult {
  const { index, id = '', ifSequence } = request;
  checkId(id);
  const body = parseDocument(request.source);
  const unknown = Object.keys(body).find((key) => !updateKeys.includes(key));
  if (unknown === 'script') throw illegalArgument('scripts are not supported by this store');
  if (unknown)
    throw new StoreError(400, 'x_content_parse_exception', `[UpdateRequest] unknown field [${unknown}]`);
  if (!isObject(body.doc) && !isObject(body.upsert))
    throw new StoreError(
      400,
      'action_request_validation_exception',
      'Validation Failed: 1: script or doc is missing;',
    );
  const target = existing(engine, index);
  const old = target.shard.find(id);
  checkSequence(target, id, old, ifSequence);
  const document = updated(target, id, body, old);
  if (!document)
    return {
      index: target.record.name,
      id,
      version: old!.version,
      sequence: old!.sequence,
      result: 'noop',
      status: 200,
      document: old!.source,
    };
  const source = Buffer.from(JSON.stringify(document));
  const result = putDocument(engine, target, { index, id, source, document, isCreate: false });
  return { ...result, document: source };
}

/** The document after the update; undefined where it changes nothing. */
function updated(
  { record }: OpenIndex,
  id: string,
  body: JsonObject,
  old: Found | undefined,
): JsonObject | undefined {
  if (!old) {
    const fresh: Json | undefined = body.doc_as_upsert === true ? body.doc : body.upsert;
    if (isObject(fresh)) return fresh;
    throw new StoreError(404, 'document_missing_exception', `[${id}]: document missing`, {
      index_uuid: record.uuid,
      shard: '0',
      index: record.name,
    });
  }
  const before = JSON.parse(old.source.toString()) as JsonObject;
  const after = overlay(before, isObject(body.doc) ? body.doc : {});
  const isSame = JSON.stringify(after) === JSON.stringify(before);
  return isSame && body.detect_noop !== false ? undefined : after;
}
