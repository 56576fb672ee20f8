/**
 * A request that ends with an error of Elasticsearch's form. It is an answer, not a fault of the
 * store: type, reason and status are Elasticsearch's, so that clients react as they do to it.
 */
export class StoreError extends Error {
  /** The HTTP status. */
  readonly status: number;
  /** Elasticsearch's type, such as `parsing_exception`. */
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

/** Makes errors of one type with status 400. */
const refusal = (type: string) => (reason: string, details?: Record<string, unknown>) =>
  new StoreError(400, type, reason, details);

/** The JSON of a request does not have the expected shape. */
export const parsingError = refusal('parsing_exception');
/** A value is well-formed and not acceptable. */
export const illegalArgument = refusal('illegal_argument_exception');
/** A mapping is malformed or not supported. */
export const mapperError = refusal('mapper_parsing_exception');
/** The request lacks something that all requests of its kind need. */
export const validationError = refusal('action_request_validation_exception');
/** An object has an unknown or malformed member. */
export const xContentError = refusal('x_content_parse_exception');

/** A document does not fit its mapping. `cause` describes the value. */
export function documentError(reason: string, cause?: { type: string; reason: string }): StoreError {
  return new StoreError(400, 'document_parsing_exception', reason, cause ? { caused_by: cause } : {});
}

/** A query parses and cannot run on this index. A search reports it as the failure of its shard. */
export function queryShardError(reason: string, cause?: { type: string; reason: string }): StoreError {
  return new StoreError(400, 'query_shard_exception', reason, cause ? { caused_by: cause } : {});
}

/** The error for an index that does not exist. */
export function indexNotFound(index: string): StoreError {
  return new StoreError(404, 'index_not_found_exception', `no such index [${index}]`, {
    'resource.type': 'index_or_alias',
    'resource.id': index,
    index_uuid: '_na_',
    index,
  });
}

/** Sorting and aggregating by `_id` are refused: ids have no column. */
export const idError = () =>
  illegalArgument(
    'Fielddata access on the _id field is disallowed, you can re-enable it by updating the dynamic cluster setting: indices.id_field_data.enabled',
  );

/** The field has neither an index nor doc values. */
export const noColumnError = ({ name, type }: { name: string; type: string }) =>
  illegalArgument(
    `Can't load fielddata on [${name}] because fielddata is unsupported on fields of type [${type}]. Use doc values instead.`,
  );

/** Sorting and aggregating by a text field are refused. */
export function fielddataError(field: string, index: string) {
  return illegalArgument(
    `Fielddata is disabled on [${field}] in [${index}]. Text fields are not optimised for operations that require per-document field data like aggregations and sorting, so these operations are disabled by default. Please use a keyword field instead. Alternatively, set fielddata=true on [${field}] in order to load field data by uninverting the inverted index. Note that this can use significant memory.`,
  );
}

/**
 * An error that arose in an index while it was searched. Elasticsearch wraps it in one that names
 * the shards.
 */
export class ShardFailure extends StoreError {
  readonly index: string;

  constructor(cause: StoreError, index: string, uuid: string) {
    const own = cause.type === 'query_shard_exception' ? { index_uuid: uuid, index } : {};
    super(cause.status, cause.type, cause.message, { ...own, ...cause.details });
    this.index = index;
  }
}

/** The error without its cause. */
function rootOf({ caused_by: _, ...root }: Record<string, unknown>) {
  return root;
}

/** The body that Elasticsearch sends with an error. */
export function errorBody(error: StoreError): { error: Record<string, unknown>; status: number } {
  const plain = { type: error.type, reason: error.message, ...error.details };
  if (!(error instanceof ShardFailure)) {
    return { error: { root_cause: [rootOf(plain)], ...plain }, status: error.status };
  }
  const failed = { shard: 0, index: error.index, node: 'logboom', reason: plain };
  const outer = { type: 'search_phase_execution_exception', reason: 'all shards failed', phase: 'query' };
  return {
    error: {
      root_cause: [rootOf(plain)],
      ...outer,
      grouped: true,
      failed_shards: [failed],
      // Elasticsearch repeats a fault of the request outside of the shard's failure.
      ...(error.type === 'illegal_argument_exception' && {
        caused_by: {
          type: error.type,
          reason: error.message,
          caused_by: { type: error.type, reason: error.message },
        },
      }),
    },
    status: error.status,
  };
}
