import { setMaxListeners } from 'node:events';
import { setTimeout as after } from 'node:timers/promises';
import type { ElasticsearchConfig, IndexingConfig } from '../../config/schema/outputs.ts';
import { LogboomError } from '../../errors.ts';
import type { BulkItem, DeliveryReport, Millis, PackedItems, Sink } from '../../model.ts';
import { sinkTelemetry } from '../../telemetry/components/sink.ts';
import type { Instruments } from '../../telemetry/metrics.ts';
import { untilAborted, within } from '../../util/waiting.ts';
import { compresses, createClient, nodeCount } from './client/client.ts';
import type { Added, DeadLetterQueue } from './dead-letters/dead-letters.ts';
import { BulkWorker } from './delivery/bulk-worker.ts';
import { CircuitBreaker, type Clock, ConcurrencyLimit } from './delivery/circuit-breaker.ts';
import { DeferredDocuments } from './delivery/deferred-documents.ts';
import { Delivery } from './delivery/delivery.ts';
import { FailingDocuments } from './delivery/failing-documents.ts';
import { deliverRevisions } from './delivery/stream-revisions.ts';
import { keepRetention } from './setup/retention.ts';
import { setUpInBackground } from './setup/setup.ts';

export interface ElasticsearchSinkOptions extends Partial<Clock> {
  elasticsearch: ElasticsearchConfig;
  indexing: IndexingConfig;
  deadLetters: DeadLetterQueue;
  instruments: Instruments;
}

export interface SinkStatus {
  /** `preparing`: the templates are not installed yet; `retrying`: the last request failed, or documents are deferred. */
  state: 'preparing' | 'delivering' | 'retrying' | 'closed';
  /** Why the last request failed or documents are deferred, and since when. */
  reason: string | undefined;
  since: Millis | undefined;
  inFlight: number;
  /** How many requests may be in flight at present, and how many bulk requests wait for a slot. */
  inFlightBound: number;
  waiting: number;
  /** Counted since the sink was created. */
  delivered: DeliveryReport;
  /** Documents that wait although the server answers, as for an index that is read-only. */
  deferred: number;
  /** Dead letters that are kept, and what was refused since the sink was created. */
  deadLetters: number;
  refused: Added;
  missingTemplates: string[];
}

export interface ElasticsearchSink extends Sink {
  status(): SinkStatus;
}

/** Longest time that `close` waits for connections to end. */
const closeWithin: Millis = 2_000;

/** Node fires a timer that is set to more than this at once. */
const longestTimer: Millis = 2 ** 31 - 1;

const sleep: Clock['sleep'] = async (millis, signal) => {
  await after(Math.min(millis, longestTimer), undefined, { signal });
};

/**
 * Writes documents into Elasticsearch (7.17, 8, 9), OpenSearch or the embedded store with bulk requests. `deliver` retries without
 * limit: it resolves when each document is in the index or among the dead letters, and rejects only with `SINK_CLOSED`. Documents of
 * one call may be indexed in any order.
 */
export function createElasticsearchSink(options: ElasticsearchSinkOptions): ElasticsearchSink {
  const { elasticsearch, indexing, deadLetters, instruments } = options;
  const clock: Clock = {
    now: options.now ?? Date.now,
    random: options.random ?? Math.random,
    sleep: options.sleep ?? sleep,
  };
  const closing = new AbortController();
  const { signal } = closing;
  // Every waiting delivery listens to this one signal. The callers bound their number, so it is no leak.
  setMaxListeners(0, signal);
  const telemetry = sinkTelemetry(instruments, clock.now);
  const client = createClient(elasticsearch);
  const limit = new ConcurrencyLimit(indexing.maxBulksInFlight);
  const limits = { maxBulkBytes: indexing.maxBulkBytes, maxBulkItems: indexing.maxBulkItems };
  const nodes = nodeCount(elasticsearch);
  const backoff = { init: indexing.retryInitial, max: indexing.retryMax };
  const breaker = new CircuitBreaker({ limits: backoff, nodes, clock, telemetry, signal });
  const deferred = new DeferredDocuments(clock.now, telemetry.documentsDeferred);
  const { parameters, timeout } = elasticsearch;
  // By default a server waits for a red index as long as the client waits for the server, and delays other documents.
  const shardsWithin = Math.ceil(timeout / 4);
  const bulkWorker = new BulkWorker({
    ...{ client, compression: compresses(elasticsearch), parameters, shardsWithin },
    ...{ limit, breaker, clock, telemetry, signal },
  });
  const setup = setUpInBackground({ client, indexing, breaker, telemetry, signal });
  keepRetention({ client, indexing, setup, clock, telemetry, signal });
  const placing = { client, clock, signal, deferred, pause: backoff.init };
  const failing = new FailingDocuments();
  const delivered: DeliveryReport = { indexed: 0, duplicates: 0, deadLettered: 0 };

  async function run(deliver: (delivery: Delivery) => Promise<DeliveryReport>): Promise<DeliveryReport> {
    signal.throwIfAborted();
    await setup.ready;
    const { namespace } = indexing;
    const shared = {
      bulkWorker,
      deadLetters,
      telemetry,
      clock,
      signal,
      namespace,
      deferred,
      limits,
      failing,
    };
    return deliver(new Delivery({ ...shared, backoff }));
  }

  /** A caller sees one failure only: the sink was closed, and the caller still owns the items. */
  async function counted(running: Promise<DeliveryReport>): Promise<DeliveryReport> {
    const report = await untilAborted(running, signal);
    for (const outcome of ['indexed', 'duplicates', 'deadLettered'] as const)
      delivered[outcome] += report[outcome];
    telemetry.delivered(report);
    return report;
  }

  function problem(): { reason: string | undefined; since: Millis | undefined } | undefined {
    if (breaker.since !== undefined) return { reason: breaker.reason, since: breaker.since };
    const { count, reason, since } = deferred;
    return since === undefined ? undefined : { reason: `${count} documents wait: ${reason}`, since };
  }

  function state(): SinkStatus['state'] {
    if (signal.aborted) return 'closed';
    if (problem() !== undefined) return 'retrying';
    return setup.done ? 'delivering' : 'preparing';
  }

  return {
    deliver: (items: BulkItem[]) => counted(run((delivery) => deliverRevisions(items, delivery, placing))),
    deliverPacked: (packed: PackedItems) => counted(run((delivery) => delivery.runPacked(packed))),
    async close() {
      if (signal.aborted) return;
      closing.abort(new LogboomError('SINK_CLOSED', 'the Elasticsearch sink was closed'));
      limit.removeBound();
      await within(client.close(), closeWithin, { keepAlive: false });
    },
    status: () => ({
      state: state(),
      reason: problem()?.reason,
      since: problem()?.since,
      inFlight: limit.inUse,
      inFlightBound: limit.bound,
      waiting: limit.waiting,
      delivered: { ...delivered },
      deferred: deferred.count,
      deadLetters: deadLetters.count,
      refused: { ...deadLetters.added },
      missingTemplates: setup.missing,
    }),
  };
}
