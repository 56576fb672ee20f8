/** A request that ends in Elasticsearch's error shape. It is an answer, not a malfunction. */
export class StoreError extends Error {
  readonly status: number;
  readonly type: string;
  /** Further members of the error object, such as `index` or `resource.id`. */
  readonly details: Record<string, unknown>;

  constructor(status: number, type: string, reason: string, details: Record<string, unknown> = {}) {
    super(reason);
    this.name = 'StoreError';
    this.status = status;
    this.type = type;
    this.details = details;
  }
}

const refusal = (type: string) => (reason: string, details?: Record<string, unknown>) =>
  new StoreError(400, type, reason, details);

/** The JSON of a request has not the expected shape. */
export const parsingError = refusal('parsing_exception');
/** A value that is well-formed and yet not acceptable. */
export const illegalArgument = refusal('illegal_argument_exception');
/** A mapping that cannot be. */
export const mapperError = refusal('mapper_parsing_exception');
/** Something that whole requests of this kind need and that is not there. */
export const validationError = refusal('action_request_validation_exception');
export const xContentError = refusal('x_content_parse_exception');

/** A document that does not fit its mapping; `cause` says what is wrong with the value. */
export function documentError(reason: string, cause?: { type: string; reason: string }): StoreError {
  return new StoreError(400, 'document_parsing_exception', reason, cause ? { caused_by: cause } : {});
}

/** A query that parses and yet cannot run on this index; a search reports it as the failure of its shard. */
export function queryShardError(reason: string): StoreError {
  return new StoreError(400, 'query_shard_exception', reason);
}

export function indexNotFound(index: string): StoreError {
  return new StoreError(404, 'index_not_found_exception', `no such index [${index}]`, {
    'resource.type': 'index_or_alias',
    'resource.id': index,
    index_uuid: '_na_',
    index,
  });
}

/** Errors of a search phase; Elasticsearch wraps them into one that names the failed shards. */
const ofShard = new Set(['query_shard_exception', 'too_many_buckets_exception']);

/** The body that Elasticsearch sends with an error. */
export function errorBody(error: StoreError): { error: Record<string, unknown>; status: number } {
  const plain = { type: error.type, reason: error.message, ...error.details };
  if (!ofShard.has(error.type)) {
    const { caused_by: _, ...root } = plain as Record<string, unknown>;
    return { error: { root_cause: [root], ...plain }, status: error.status };
  }
  const failed = { shard: 0, index: error.details.index ?? null, node: 'logboom', reason: plain };
  const outer = { type: 'search_phase_execution_exception', reason: 'all shards failed', phase: 'query' };
  return {
    error: { root_cause: [plain], ...outer, grouped: true, failed_shards: [failed] },
    status: error.status,
  };
}
