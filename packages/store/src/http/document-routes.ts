import type { Engine, OpenIndex } from '../engine.ts';
import { isObject, type JsonObject } from '../json.ts';
import { resolve } from '../names.ts';
import { filteredSource } from '../search/hits.ts';
import { type Parameters, parseSourceFilter, type SourceFilter } from '../search/source-filter.ts';
import type { Found } from '../storage/shard.ts';
import { illegalArgument, indexNotFound, StoreError, validationError } from '../store-error.ts';
import { externalVersion } from '../write-checks.ts';
import { type WriteRequest, writeItem } from '../write-item.ts';
import { checkPipeline } from './bulk-body.ts';
import { resultBody } from './bulk-run.ts';
import type { Answer, Route, StoreRequest } from './routing.ts';

/** Parameters of writes. Those about shards, refresh and timeouts make no difference here. */
const writeParameters =
  'refresh routing timeout wait_for_active_shards op_type pipeline if_seq_no if_primary_term require_alias require_data_stream version version_type include_source_on_error';
/** Parameters of reads by id. Reads are always up to date. */
const readParameters =
  'realtime refresh routing preference stored_fields version _source _source_includes _source_excludes _source_include _source_exclude';

/** `if_seq_no`. */
function sequenceOf({ if_seq_no: sequence }: Parameters): number | undefined {
  return sequence === undefined ? undefined : Number(sequence);
}

/** Runs one write and answers when it is on disk. */
async function write(engine: Engine, request: StoreRequest, action: WriteRequest['action']): Promise<Answer> {
  const { path, parameters, body } = request;
  checkPipeline(parameters.pipeline);
  const ifSequence = sequenceOf(parameters);
  if (body.length === 0 && action !== 'delete')
    throw new StoreError(400, 'parse_exception', 'request body is required');
  if ((parameters.if_seq_no === undefined) !== (parameters.if_primary_term === undefined))
    throw validationError('Validation Failed: 1: if_seq_no and if_primary_term go together;');
  const external = externalVersion(parameters.version, parameters.version_type);
  const item: WriteRequest = { action, index: path.index!, id: path.id, source: body, ifSequence, external };
  const result = await engine.write(() => writeItem(engine, item));
  const isRefreshed = parameters.refresh === 'true' || parameters.refresh === '';
  return {
    status: result.status,
    body: { ...resultBody(result, isRefreshed), ...updatedSource(request, result.document) },
  };
}

/** The `get` member of an update with `_source`: the document as it is now. */
function updatedSource({ parameters, path }: StoreRequest, document: Buffer | undefined) {
  if (parameters._source === undefined || !document || !path.id) return {};
  const _source = filteredSource(document, sourceFilter(parameters));
  return { get: { found: true, _source } };
}

/** The action that the parameters ask for. A new id overwrites nothing, so a data stream accepts it. */
function writeAction({ parameters, path }: StoreRequest): WriteRequest['action'] {
  const type = parameters.op_type ?? 'index';
  if (type !== 'index' && type !== 'create')
    throw illegalArgument(`opType must be 'create' or 'index', found: [${type}]`);
  // A new id overwrites nothing, so a data stream accepts it.
  return path.id === undefined && parameters.op_type === undefined ? 'create' : type;
}

/** `_source` of the parameters. */
function sourceFilter(parameters: Parameters): SourceFilter {
  const { _source, _source_includes: includes, _source_excludes: excludes } = parameters;
  const isFlag = _source === 'true' || _source === 'false' || _source === undefined;
  const filter = parseSourceFilter(isFlag ? _source : _source.split(','));
  return {
    ...filter,
    ...(includes && { includes: includes.split(',') }),
    ...(excludes && { excludes: excludes.split(',') }),
  };
}

/**
 * The one index that a name stands for.
 * @throws StoreError where it stands for none or several.
 */
function readIndex(engine: Engine, name: string): OpenIndex {
  const records = resolve(engine.catalog, name);
  if (records.length === 0) throw indexNotFound(name);
  if (records.length > 1)
    throw illegalArgument(
      `alias [${name}] has more than one index associated with it [${records.map((record) => record.name).join(', ')}], can't execute a single index op`,
    );
  return engine.open(records[0]!.name);
}

/** A document as `GET` shows it. */
function documentBody(index: string, found: Found, filter: SourceFilter) {
  const { id, version, sequence, source } = found;
  const meta = {
    _index: index,
    _id: id,
    _version: version,
    _seq_no: sequence,
    _primary_term: 1,
    found: true,
  };
  return { ...meta, _source: filteredSource(source, filter) };
}

/** `GET /INDEX/_doc/ID` */
function get(engine: Engine, { path, parameters }: StoreRequest): Answer {
  const { record, shard } = readIndex(engine, path.index!);
  const found = shard.find(path.id!);
  if (!found) return { status: 404, body: { _index: record.name, _id: path.id, found: false } };
  return { body: documentBody(record.name, found, sourceFilter(parameters)) };
}

/** `GET /INDEX/_source/ID` */
function getSource(engine: Engine, { path, parameters }: StoreRequest): Answer {
  const { record, shard } = readIndex(engine, path.index!);
  const found = shard.find(path.id!);
  if (!found)
    throw new StoreError(
      404,
      'resource_not_found_exception',
      `Document not found [${record.name}]/[${path.id}]`,
    );
  return { body: filteredSource(found.source, sourceFilter(parameters)) };
}

/** `_mget`. Each document is found or fails by itself. */
function multiGet(engine: Engine, { path, parameters, json }: StoreRequest): Answer {
  const { docs, ids } = json();
  const wanted = Array.isArray(docs) ? docs.filter(isObject) : [];
  if (Array.isArray(ids)) wanted.push(...ids.map((id): JsonObject => ({ _id: String(id) })));
  if (wanted.length === 0)
    throw new StoreError(
      400,
      'action_request_validation_exception',
      'Validation Failed: 1: no documents to get;',
    );
  return { body: { docs: wanted.map((entry) => getOne(engine, entry, path.index, parameters)) } };
}

/** One document of `_mget`. */
function getOne(engine: Engine, entry: JsonObject, index: string | undefined, parameters: Parameters) {
  const name = String(entry._index ?? index ?? '');
  const id = String(entry._id);
  if (entry._id === undefined) throw validationError('Validation Failed: 1: id is missing for doc 0;');
  if (name === '') throw validationError('Validation Failed: 1: index is missing for doc 0;');
  try {
    const { record, shard } = readIndex(engine, name);
    const found = shard.find(id);
    const filter = entry._source === undefined ? sourceFilter(parameters) : parseSourceFilter(entry._source);
    return found ? documentBody(record.name, found, filter) : { _index: record.name, _id: id, found: false };
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    const reason = { type: error.type, reason: error.message, ...error.details };
    return { _index: name, _id: id, error: { root_cause: [reason], ...reason } };
  }
}

/** Reading and writing single documents. */
export function documentRoutes(route: Route, engine: Engine): void {
  route('PUT POST', '/:index/_doc/:id', writeParameters, (request) =>
    write(engine, request, writeAction(request)),
  );
  route('POST', '/:index/_doc', writeParameters, (request) => write(engine, request, writeAction(request)));
  route('PUT POST', '/:index/_create/:id', writeParameters, (request) => write(engine, request, 'create'));
  route('POST', '/:index/_update/:id', `${writeParameters} retry_on_conflict _source lang`, (request) =>
    write(engine, request, 'update'),
  );
  route('DELETE', '/:index/_doc/:id', writeParameters, (request) => write(engine, request, 'delete'));
  route('GET HEAD', '/:index/_doc/:id', readParameters, (request) => get(engine, request));
  route('GET HEAD', '/:index/_source/:id', readParameters, (request) => getSource(engine, request));
  route('GET POST', ['/_mget', '/:index/_mget'], readParameters, (request) => multiGet(engine, request));
}
