/** A refusal in Elasticsearch's form: type, reason and status are Elasticsearch's, so that senders react as they do to it. */
export class ElasticsearchError extends Error {
  readonly status: number;
  readonly type: string;

  constructor(status: number, type: string, reason: string) {
    super(reason);
    this.name = 'ElasticsearchError';
    this.status = status;
    this.type = type;
  }

  /** The body of an answer to the whole request. */
  get body(): object {
    const cause = { type: this.type, reason: this.message };
    return { error: { root_cause: [cause], ...cause }, status: this.status };
  }
}

export const illegalArgument = (reason: string): ElasticsearchError =>
  new ElasticsearchError(400, 'illegal_argument_exception', reason);

export const tooLarge = (): ElasticsearchError =>
  new ElasticsearchError(
    413,
    'content_too_long_exception',
    'entity content is too long for the configured buffer limit',
  );

/** The sender tries again later. */
export class TryLater extends ElasticsearchError {
  /** Seconds. */
  readonly retryAfter: number;

  constructor(status: 429 | 503, reason: string, retryAfter: number) {
    super(
      status,
      status === 429 ? 'es_rejected_execution_exception' : 'unavailable_shards_exception',
      reason,
    );
    this.retryAfter = retryAfter;
  }
}
