import { errors } from '@elastic/elasticsearch';
import { messageOf } from '../../../errors.ts';
import type { BulkItem, DeliveryReport, EarlierRevision, Millis } from '../../../model.ts';
import type { ElasticsearchClient } from '../client/client.ts';
import { revisionRights } from './bulk-response.ts';
import type { Clock } from './circuit-breaker.ts';
import type { DeferredDocuments } from './deferred-documents.ts';
import type { Delivery } from './delivery.ts';

interface StreamRevisionsOptions {
  client: ElasticsearchClient;
  clock: Clock;
  signal: AbortSignal;
  deferred: DeferredDocuments;
  /** Pause after a failed lookup, and after a conflict. */
  pause: Millis;
}

interface Found {
  docs?: {
    _index: string;
    _id: string;
    found?: boolean;
    _seq_no?: number;
    _primary_term?: number;
    _source?: unknown;
    error?: { type?: string; reason?: string };
  }[];
}

interface Stored extends EarlierRevision {
  revision: number;
}

/** Lookups of one request. A stream of many backing indices makes many of few documents. */
const mostLookups = 1_000;

/**
 * Delivers items. A data stream accepts new documents only, without versions. A later revision of a document therefore takes the
 * place of the stored one, which is looked up by its id, and one that no backing index holds is created. Where another revision
 * comes between, its place is looked up again. A revision that is not newer than the stored one counts as a duplicate.
 */
export async function deliverRevisions(
  items: BulkItem[],
  delivery: Delivery,
  options: StreamRevisionsOptions,
): Promise<DeliveryReport> {
  const revisions = items.filter(({ revisionField }) => revisionField !== undefined);
  if (revisions.length === 0) return delivery.run(items);
  const others = items.filter(({ revisionField }) => revisionField === undefined);
  await Promise.all([delivery.run(others), deliverUntilPlaced(revisions, delivery, options)]);
  return delivery.report;
}

async function deliverUntilPlaced(
  revisions: BulkItem[],
  delivery: Delivery,
  options: StreamRevisionsOptions,
): Promise<void> {
  let rest = revisions;
  for (;;) {
    const streams = new Set(rest.map(({ index }) => index));
    const perStream = [...streams].map((stream) => rest.filter(({ index }) => index === stream));
    await Promise.all(perStream.map((own) => deliverTo(own, delivery, options)));
    rest = delivery.conflicts.splice(0);
    if (rest.length === 0) return;
    await options.clock.sleep(options.pause, options.signal);
  }
}

async function deliverTo(
  items: BulkItem[],
  delivery: Delivery,
  options: StreamRevisionsOptions,
): Promise<void> {
  const stored = await untilAnswered(items, options);
  if (typeof stored === 'string') return delivery.refuse(items, stored);
  const placed: BulkItem[] = [];
  for (const { earlier: _, ...item } of items) {
    const { revision, ...earlier } = stored.get(item.id) ?? { revision: 0 };
    if (revision >= (item.version ?? 1)) delivery.report.duplicates += 1;
    else placed.push('index' in earlier ? { ...item, earlier } : item);
  }
  await delivery.run(placed);
}

/** The stored revisions by id, or why the server refuses for good to say. */
async function untilAnswered(
  items: BulkItem[],
  { client, clock, signal, deferred, pause }: StreamRevisionsOptions,
): Promise<Map<string, Stored> | string> {
  const holder = {};
  try {
    for (;;) {
      try {
        return await lookUp(items, client, signal);
      } catch (thrown) {
        signal.throwIfAborted();
        const reason = `earlier revisions cannot be looked up: ${messageOf(thrown)}`;
        if (isForGood(thrown)) return `${reason}; ${revisionRights}`;
        deferred.hold(holder, items.length, reason);
        await clock.sleep(pause, signal);
      }
    }
  } finally {
    deferred.release(holder);
  }
}

function isForGood(thrown: unknown): boolean {
  const status = thrown instanceof errors.ResponseError ? (thrown.statusCode ?? 0) : 0;
  return status >= 400 && status < 500 && status !== 401 && status !== 429;
}

/** Lookups by id see documents at once, without a refresh. */
async function lookUp(
  items: BulkItem[],
  client: ElasticsearchClient,
  signal: AbortSignal,
): Promise<Map<string, Stored>> {
  const indices = await backingIndices(items[0]!.index, client, signal);
  const field = items[0]!.revisionField!;
  const docs = items.flatMap(({ id }) => indices.map((_index) => ({ _index, _id: id, _source: [field] })));
  const stored = new Map<string, Stored>();
  for (let from = 0; from < docs.length; from += mostLookups) {
    const body = { docs: docs.slice(from, from + mostLookups) };
    const answer = await client.transport.request<Found>(
      { method: 'POST', path: '/_mget', body },
      { signal },
    );
    for (const doc of answer.docs ?? []) addFound(doc, field, stored);
  }
  return stored;
}

function addFound(doc: NonNullable<Found['docs']>[number], field: string, stored: Map<string, Stored>): void {
  const { _index, _id, error, found, _seq_no: sequence, _primary_term: primaryTerm } = doc;
  if (error && !/index_(not_found|closed)/.test(error.type ?? ''))
    throw new Error(error.reason ?? error.type);
  if (found !== true || sequence === undefined || primaryTerm === undefined) return;
  stored.set(_id, { index: _index, sequence, primaryTerm, revision: revisionOf(doc._source, field) });
}

/** The stream's backing indices; none where there is no stream yet. */
async function backingIndices(
  stream: string,
  client: ElasticsearchClient,
  signal: AbortSignal,
): Promise<string[]> {
  const path = `/${encodeURIComponent(stream)}/_settings/index.uuid`;
  try {
    return Object.keys(await client.transport.request<object>({ method: 'GET', path }, { signal }));
  } catch (thrown) {
    if (thrown instanceof errors.ResponseError && thrown.statusCode === 404) return [];
    throw thrown;
  }
}

function revisionOf(source: unknown, field: string): number {
  const value = field
    .split('.')
    .reduce<unknown>((within, name) => (within as Record<string, unknown> | undefined)?.[name], source);
  return typeof value === 'number' ? value : 1;
}
