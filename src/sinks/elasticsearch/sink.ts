import { setMaxListeners } from 'node:events';
import { setTimeout as after } from 'node:timers/promises';
import type { ElasticsearchConfig, IndexingConfig } from '../../config/schema/outputs.ts';
import { LogboomError } from '../../errors.ts';
import type { BulkItem, DeliveryReport, Millis, Sink } from '../../model.ts';
import type { Instruments } from '../../telemetry/instruments.ts';
import { sinkTelemetry } from '../../telemetry/sink.ts';
import { untilAborted, within } from '../../util/deadline.ts';
import { createClient, nodeCount } from './client/client.ts';
import type { Added, DeadLetterQueue } from './dead-letters/dead-letters.ts';
import { Courier } from './delivery/bulk-worker.ts';
import { type Clock, Outage } from './delivery/circuit-breaker.ts';
import { Slots } from './delivery/concurrency-limit.ts';
import { PutOff } from './delivery/deferred-documents.ts';
import { Delivery } from './delivery/delivery.ts';
import { prepareTemplates } from './setup/background-setup.ts';
import { keepRetention } from './setup/retention.ts';

export interface ElasticsearchSinkOptions extends Partial<Clock> {
  elasticsearch: ElasticsearchConfig;
  indexing: IndexingConfig;
  deadLetters: DeadLetterQueue;
  instruments: Instruments;
}

export interface SinkStatus {
  /** `preparing`: the templates are not settled yet; `retrying`: the last request failed, or documents are put off. */
  state: 'preparing' | 'delivering' | 'retrying' | 'closed';
  /** Why the last request failed or documents are put off, and since when that has been so. */
  reason: string | undefined;
  since: Millis | undefined;
  inFlight: number;
  /** How many requests may be under way at present, and how many bulks wait for their turn. */
  inFlightBound: number;
  waiting: number;
  /** Since the sink was made. */
  delivered: DeliveryReport;
  /** Documents that wait although the server answers, as for an index that is read-only. */
  putOff: number;
  /** Letters that are kept, and what was refused since the sink was made. */
  deadLetters: number;
  refused: Added;
  missingTemplates: string[];
}

export interface ElasticsearchSink extends Sink {
  status(): SinkStatus;
}

/** Longest time that `close` waits for connections to end. */
const closeWithin: Millis = 2_000;

/** A timer that is set to more than this goes off at once. */
const longestTimer: Millis = 2 ** 31 - 1;

const sleep: Clock['sleep'] = async (millis, signal) => {
  await after(Math.min(millis, longestTimer), undefined, { signal });
};

/** Writes documents into Elasticsearch (7.17, 8, 9), OpenSearch or the embedded store with bulk requests. */
export function createElasticsearchSink(options: ElasticsearchSinkOptions): ElasticsearchSink {
  const { elasticsearch, indexing, deadLetters, instruments } = options;
  const clock: Clock = {
    now: options.now ?? Date.now,
    random: options.random ?? Math.random,
    sleep: options.sleep ?? sleep,
  };
  const closing = new AbortController();
  const { signal } = closing;
  // Every waiting delivery listens to this one signal; their number is bounded by who calls, not a leak.
  setMaxListeners(0, signal);
  const telemetry = sinkTelemetry(instruments, clock.now);
  const client = createClient(elasticsearch);
  const slots = new Slots(indexing.maxBulksInFlight);
  const limits = { maxBulkBytes: indexing.maxBulkBytes, maxBulkItems: indexing.maxBulkItems };
  const nodes = nodeCount(elasticsearch);
  const backoff = { init: indexing.retryInitial, max: indexing.retryMax };
  const outage = new Outage({ limits: backoff, nodes, clock, telemetry, signal });
  const putOff = new PutOff(clock.now, telemetry.documentsPutOff);
  const { compression, parameters, timeout } = elasticsearch;
  // By default a server waits for a red index as long as we wait for the server, and good documents with it.
  const shardsWithin = Math.ceil(timeout / 4);
  const courier = new Courier({
    ...{ client, compression, parameters, shardsWithin },
    ...{ slots, outage, clock, telemetry, signal },
  });
  const templates = prepareTemplates({ client, indexing, outage, telemetry, signal });
  keepRetention({ client, indexing, templates, clock, telemetry, signal });
  const delivered: DeliveryReport = { indexed: 0, duplicates: 0, deadLettered: 0 };

  async function run(items: BulkItem[]): Promise<DeliveryReport> {
    signal.throwIfAborted();
    await templates.settled;
    const { namespace } = indexing;
    const shared = { courier, deadLetters, telemetry, clock, signal, namespace, putOff, limits };
    return new Delivery({ ...shared, backoff }).run(items);
  }

  /** Whoever calls sees one failure only: the sink was closed, and the items are still theirs. */
  async function deliver(items: BulkItem[]): Promise<DeliveryReport> {
    const report = await untilAborted(run(items), signal);
    for (const outcome of ['indexed', 'duplicates', 'deadLettered'] as const)
      delivered[outcome] += report[outcome];
    telemetry.settled(report);
    return report;
  }

  function trouble(): { reason: string | undefined; since: Millis | undefined } | undefined {
    if (outage.since !== undefined) return { reason: outage.reason, since: outage.since };
    const { count, reason, since } = putOff;
    return since === undefined ? undefined : { reason: `${count} documents wait: ${reason}`, since };
  }

  function state(): SinkStatus['state'] {
    if (signal.aborted) return 'closed';
    if (trouble() !== undefined) return 'retrying';
    return templates.done ? 'delivering' : 'preparing';
  }

  return {
    deliver,
    async close() {
      if (signal.aborted) return;
      closing.abort(new LogboomError('SINK_CLOSED', 'the Elasticsearch sink was closed'));
      slots.open();
      await within(client.close(), closeWithin, { keepAlive: false });
    },
    status: () => ({
      state: state(),
      reason: trouble()?.reason,
      since: trouble()?.since,
      inFlight: slots.taken,
      inFlightBound: slots.bound,
      waiting: slots.waiting,
      delivered: { ...delivered },
      putOff: putOff.count,
      deadLetters: deadLetters.count,
      refused: { ...deadLetters.added },
      missingTemplates: templates.missing,
    }),
  };
}
