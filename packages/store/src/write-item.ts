import { randomBytes } from 'node:crypto';
import type { Engine, OpenIndex } from './engine.ts';
import { hasDuplicateKeys, isObject, type Json, type JsonObject, parseJson } from './json.ts';
import { asRead } from './storage/document-reader.ts';
import type { Found } from './storage/shard.ts';
import { documentError, illegalArgument, indexNotFound, StoreError } from './store-error.ts';
import {
  checkBackingIndex,
  checkId,
  checkSequence,
  checkTimestamp,
  checkVersion,
  conflict,
  type ExternalVersion,
  maxVersion,
} from './write-checks.ts';

/** One write, as `_bulk` and the document requests make it. */
export interface WriteRequest {
  action: 'index' | 'create' | 'update' | 'delete';
  index: string;
  /** Undefined to have the store choose one. */
  id: string | undefined;
  /** The document, or the body of an update, as received. Empty for a deletion. */
  source: Buffer;
  /** `if_seq_no`: the write is refused unless the live document has this sequence. */
  ifSequence?: number | undefined;
  requireAlias?: boolean;
  /** A version that the client keeps count of itself, instead of the store. */
  external?: ExternalVersion | undefined;
}

/** What a write did, in Elasticsearch's terms. */
export interface WriteResult {
  index: string;
  id: string;
  version: number;
  /** The sequence of the document, or the next one where there is none. */
  sequence: number;
  result: 'created' | 'updated' | 'deleted' | 'not_found' | 'noop';
  status: number;
  /** The document after an update. */
  document?: Buffer;
}

/** Ids start with the time, so that new ones go to the end of the tree of ids. */
let counter = 0;
/** 20 characters: 6 bytes of wall time, a 2-byte counter and 7 random bytes, as base64url. */
function newId(now: number): string {
  counter = (counter + 1) & 0xffff;
  const bytes = Buffer.alloc(15);
  bytes.writeUIntBE(now, 0, 6);
  bytes.writeUInt16BE(counter, 6);
  randomBytes(7).copy(bytes, 8);
  return bytes.toString('base64url');
}

/**
 * The document as an object.
 * @throws StoreError `document_parsing_exception`
 */
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
  if (hasDuplicateKeys(source, value))
    throw documentError('failed to parse: a field occurs twice in one object', {
      type: 'x_content_parse_exception',
      reason: 'Duplicate field',
    });
  return value;
}

/**
 * Writes one document, within a transaction.
 * @throws StoreError where the write is refused; then nothing was changed, except that an index may have been created.
 */
export function writeItem(engine: Engine, request: WriteRequest): WriteResult {
  if (request.action === 'delete') return deleteItem(engine, request);
  if (request.action === 'update') return updateItem(engine, request);
  if (request.id !== undefined) checkId(request.id);
  const isCreate = request.action === 'create';
  const known = engine.known(request.index, isCreate);
  if (known?.shard.reads(request.source, known.record.stream !== undefined))
    return putDocument(engine, known, request, asRead);
  // Parsed first, so that a malformed document does not leave a new, empty index behind.
  const document = parseDocument(request.source);
  const target = engine.target(request.index, isCreate);
  checkBackingIndex(target, { ...request, isCreate });
  return putDocument(engine, target, request, document);
}

/** Creates or replaces a document. */
function putDocument(
  engine: Engine,
  target: OpenIndex,
  put: WriteRequest,
  document: JsonObject | typeof asRead,
): WriteResult {
  const { shard, record } = target;
  const id = put.id ?? newId(engine.now());
  const old = put.id === undefined ? undefined : shard.find(id);
  if (put.action === 'create' && old)
    throw conflict(target, id, `document already exists (current version [${old.version}])`);
  checkSequence(target, id, old, put.ifSequence);
  checkVersion(target, id, old, put.external);
  if (document !== asRead) checkTimestamp(target, document);
  const next = put.external?.version ?? (old?.version ?? 0) + 1;
  if (next > maxVersion)
    throw illegalArgument(`the version of [${id}] is the largest that this store keeps [${maxVersion}]`);
  const { sequence, grown } = shard.put(
    { id, old, source: put.source, document, version: next },
    engine.now(),
  );
  if (grown) engine.saveMapping(target);
  const result = old ? 'updated' : 'created';
  return { index: record.name, id, version: next, sequence, result, status: old ? 200 : 201 };
}

/** Deletes a document. A missing one is answered with `not_found`. */
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

/** Only a document that is written creates an index. */
function assertThere({ catalog }: Engine, name: string): void {
  const isAlias = catalog.all('index').some(([, { aliases }]) => Object.hasOwn(aliases, name));
  if (!catalog.get('index', name) && !catalog.get('stream', name) && !isAlias) throw indexNotFound(name);
}

/** The index in which a document is updated or deleted. */
function existing(engine: Engine, index: string): OpenIndex {
  if (engine.catalog.get('stream', index))
    throw illegalArgument('only write ops with an op_type of create are allowed in data streams');
  return engine.target(index, false);
}

/** `part` over `whole`: objects are merged, everything else is replaced. */
function overlay(whole: JsonObject, part: JsonObject): JsonObject {
  const result = { ...whole };
  for (const [key, value] of Object.entries(part)) {
    const known = result[key];
    result[key] = isObject(known) && isObject(value) ? overlay(known, value) : value;
  }
  return result;
}

/** Members of an update. Scripts are refused. */
const updateKeys = ['doc', 'upsert', 'doc_as_upsert', 'detect_noop', '_source'];

/** Updates a document from its present state, within the same transaction. */
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
  const result = putDocument(engine, target, { action: 'index', index, id, source }, document);
  return { ...result, document: source };
}

/** The document after the update; undefined where nothing changes. */
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
