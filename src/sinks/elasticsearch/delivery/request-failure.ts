import { errors } from '@elastic/elasticsearch';
import { messageOf } from '../../../errors.ts';

export type FailureVerdict =
  /** The server may accept the same request later: it is sent again without limit. */
  | { kind: 'again'; key: string; reason: string; unreachable: boolean; mayBeDocument?: boolean }
  /** The request is refused as a whole. Its halves may be accepted; a single document that is refused becomes a dead letter. */
  | { kind: 'halve'; reason: string; tooLarge: boolean };

/** Classifies the failure of a whole request by what the client threw. `key` is equal for equal causes. */
export function judgeFailure(thrown: unknown): FailureVerdict {
  if (thrown instanceof errors.ResponseError) return judgeStatus(thrown);
  const name = thrown instanceof Error ? thrown.name : 'unknown';
  const unreachable = thrown instanceof errors.ConnectionError;
  return { kind: 'again', key: name, reason: wordsFor(thrown), unreachable };
}

function wordsFor(thrown: unknown): string {
  if (thrown instanceof errors.TimeoutError) return 'no answer in time';
  if (thrown instanceof errors.ConnectionError) return `not reachable: ${messageOf(thrown)}`;
  if (thrown instanceof errors.DeserializationError) return 'the answer is no JSON';
  return messageOf(thrown);
}

function judgeStatus(failure: errors.ResponseError): FailureVerdict {
  const status = failure.statusCode ?? 0;
  const { type, reason } = errorOf(failure.body);
  if (status === 413) return { kind: 'halve', reason: 'larger than the server takes (413)', tooLarge: true };
  if (status === 400 && namesADocument(type))
    return { kind: 'halve', reason: `${type}: ${reason}`, tooLarge: false };
  const words = type === undefined ? `status ${status}` : `status ${status}, ${type}: ${reason}`;
  const remedy = remedies[status] ?? '';
  const unreachable = status === 502 || status === 503 || status === 504;
  const mayBeDocument = status === 500;
  return {
    kind: 'again',
    key: `${status} ${type ?? ''}`,
    reason: words + remedy,
    unreachable,
    mayBeDocument,
  };
}

const remedies: Record<number, string> = {
  401: '; check `user` and `password`, or `api_key`: delivery goes on by itself once they are valid',
  403: '; the user lacks a right: delivery goes on by itself once it is granted',
};

function errorOf(body: unknown): { type?: string; reason: string } {
  const error = (body as { error?: unknown } | null | undefined)?.error;
  if (typeof error !== 'object' || error === null) return { reason: '' };
  const { type, reason } = error as { type?: unknown; reason?: unknown };
  return { ...(typeof type === 'string' && { type }), reason: String(reason ?? '').slice(0, 500) };
}

/**
 * A 400 of Elasticsearch's own means that some document or name in the request cannot be read. A 400 in another
 * shape comes from something in between, and a media type refused is about every request: halving either would
 * send all documents to the dead letters, one by one.
 */
function namesADocument(type: string | undefined): type is string {
  return type !== undefined && !/media_type|security|cluster_block/.test(type);
}
