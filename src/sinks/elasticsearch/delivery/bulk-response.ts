import { errors } from '@elastic/elasticsearch';
import { messageOf } from '../../../errors.ts';
import type { BulkItem } from '../../../model.ts';

/** What the answer says about one item, in the order of the request. */
export interface ItemAnswer {
  status: number;
  error?: ItemError;
  /** `used` where the document could not be indexed and the server put it aside. */
  failure_store?: string;
}

interface ItemError {
  type?: string;
  reason?: string;
  caused_by?: { reason?: string };
}

export type ItemVerdict =
  /** `aside`: taken, but into the data stream's failure store. */
  | { kind: 'indexed'; aside: boolean }
  | { kind: 'duplicate' }
  /** Another revision of the document has come between: its place is looked up again. */
  | { kind: 'conflict' }
  /** It may be accepted later: sent again. `mayBeDocument`: a number of times, for the document may be the cause. */
  | { kind: 'again'; key: string; reason: string; overload: boolean; mayBeDocument: boolean }
  /** It is refused for good: it becomes a dead letter. `hasDuplicates`: an object in it has a key twice. */
  | { kind: 'refused'; reason: string; hasDuplicates?: true };

/**
 * The parts of the answer that are asked for. Every item keeps its `status`, so none is filtered out and
 * positions match the request's (seen on real 8 and 9, with and without errors).
 */
export const filterPath = [
  'took',
  'errors',
  'items.*.status',
  'items.*.failure_store',
  'items.*.error.type',
  'items.*.error.reason',
  'items.*.error.caused_by.reason',
].join(',');

/** Stands for answers that say of each item that it was created. */
export const allCreated: unique symbol = Symbol('all created');

/** An answer that was not parsed: it says of so many items that they were created. */
class CreatedItems {
  readonly count: number;

  constructor(count: number) {
    this.count = count;
  }
}

/** Elasticsearch writes the members of an answer in either order. */
const created =
  /^\{(?:"took":\d+,"errors":false|"errors":false,"took":\d+),"items":\[(\{"(?:create|index)":\{"status":201\}\})/;

/** Reads an answer to a bulk request that says of all items the same. Returns undefined for any other text. */
export function readCreated(text: string): CreatedItems | undefined {
  const match = created.exec(text);
  if (match === null) return undefined;
  const one = match[1]!;
  const list = text.slice(match[0].length - one.length, -2);
  const count = (list.length + 1) / (one.length + 1);
  return Number.isInteger(count) && list === repeated(one, count) && text.endsWith(']}')
    ? new CreatedItems(count)
    : undefined;
}

let lastOne = '';
let lastList = '';

/** The text of a list of equal items. Requests mostly have the same number of them, so the last list is kept. */
function repeated(one: string, count: number): string {
  const length = count * (one.length + 1) - 1;
  if (one !== lastOne || lastList.length !== length) {
    lastOne = one;
    lastList = `${one},`.repeat(count).slice(0, -1);
  }
  return lastList;
}

/** Reads the answer to a bulk request of `count` items. Returns why in words where it cannot belong to it. */
export function readAnswer(body: unknown, count: number): ItemAnswer[] | typeof allCreated | string {
  if (body instanceof CreatedItems)
    return body.count === count ? allCreated : `the answer holds ${body.count} items for ${count} documents`;
  const items = (body as { items?: unknown } | null | undefined)?.items;
  if (!Array.isArray(items)) return 'the answer to a bulk request holds no items';
  if (items.length !== count) return `the answer holds ${items.length} items for ${count} documents`;
  return items.map((item: Record<string, ItemAnswer | undefined> | null) => {
    const [answer] = Object.values(item ?? {});
    return answer && typeof answer.status === 'number' ? answer : { status: 0 };
  });
}

/** Other documents would wait behind a revision, and none of them needs these rights. */
export const revisionRights =
  'corrected windows need the rights `index`, `read` and `view_index_metadata` on `metrics-logboom.windows-*`: grant them, then run `logboom dead-letters retry`';

/** Classifies the answer about one item. */
export function judgeItem(item: BulkItem, answer: ItemAnswer): ItemVerdict {
  const { status, error } = answer;
  if (status >= 200 && status < 300) return { kind: 'indexed', aside: answer.failure_store === 'used' };
  const isRevision = item.revisionField !== undefined;
  if (isRevision && status === 409) return { kind: 'conflict' };
  if (isRevision && status === 403 && error?.type === 'security_exception')
    return { kind: 'refused', reason: `${reasonOf(status, error)}; ${revisionRights}` };
  if (status === 409 && wasThere(item)) return { kind: 'duplicate' };
  if (status === 409 || mayPass(status, error)) return again(status, error);
  const reason = reasonOf(status, error);
  const hasDuplicates = /\bDuplicate (field|key)\b/i.test(reason);
  return { kind: 'refused', reason, ...(hasDuplicates && { hasDuplicates }) };
}

/** A conflict (409) on `create`, or on an external version, means that this document or a newer one is in the index. */
function wasThere(item: BulkItem): boolean {
  return item.action === 'create' || item.version !== undefined;
}

/**
 * Failures that end without anything being done to the document: load, an outage, an index made read-only by a
 * full disk (403 or 429, `cluster_block_exception`), rights that an operator grants, a cluster at its limit of
 * shards (a 400 that would otherwise send every document of a new day to the dead letters).
 */
function mayPass(status: number, error: ItemError | undefined): boolean {
  if (status === 429 || status === 401 || status === 403 || status >= 500 || status < 200) return true;
  return (
    (status === 400 && /maximum (normal|frozen )?.*shards open/.test(error?.reason ?? '')) ||
    remedyFor(error) !== ''
  );
}

/** Refusals of an index, and not of a document, that an operator mends; the documents wait until then. */
const remedies: [pattern: RegExp, remedy: string][] = [
  [/no write index is defined for alias/, 'give the alias a write index (`is_write_index: true`)'],
  [/^index_closed_exception/, 'open the index (`POST /<index>/_open`)'],
  [/pipeline with id \[.*\] does not exist/, 'create the ingest pipeline, or correct its name'],
  [/action\.auto_create_index/, 'create the index, or allow it in `action.auto_create_index`'],
  [/^index_not_found_exception/, 'create the index, or correct `indexing.index`'],
];

function remedyFor({ type = '', reason = '' }: ItemError = {}): string {
  const text = `${type}: ${reason}`;
  return remedies.find(([pattern]) => pattern.test(text))?.[1] ?? '';
}

function again(status: number, error: ItemError | undefined): ItemVerdict {
  const remedy = remedyFor(error);
  return {
    kind: 'again',
    key: `${status} ${error?.type ?? ''}`,
    reason: `${reasonOf(status, error)}${remedy === '' ? '' : `; ${remedy}: delivery goes on by itself then`}`,
    overload: status === 429 || status === 503,
    mayBeDocument: status === 500,
  };
}

function reasonOf(status: number, error: ItemError | undefined): string {
  if (!error) return `status ${status} without a reason`;
  const cause = error.caused_by?.reason;
  const text = `${error.type ?? 'error'}: ${error.reason ?? 'no reason given'}`;
  return cause && !text.includes(cause) ? `${text} (${cause})` : text;
}

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
  const remedy = remediesByStatus[status] ?? '';
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

const remediesByStatus: Record<number, string> = {
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
