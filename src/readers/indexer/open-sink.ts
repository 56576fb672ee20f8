import type { DeadLettersConfig, ElasticsearchConfig, IndexingConfig } from '../../config/schema/outputs.ts';
import type { Config } from '../../config/schema/schema.ts';
import { LogboomError, messageOf } from '../../errors.ts';
import type { DeliveryReport, Sink } from '../../model.ts';
import { type DeadLetters, openDeadLetters } from '../../sinks/elasticsearch/dead-letters/dead-letters.ts';
import {
  type DeadLetterFilter,
  deadLetterSelector,
  retryDeadLetters,
} from '../../sinks/elasticsearch/dead-letters/retry.ts';
import { createElasticsearchSink, type ElasticsearchSink } from '../../sinks/elasticsearch/sink.ts';
import { sinkTelemetry } from '../../telemetry/components/sink.ts';
import type { Instruments } from '../../telemetry/metrics.ts';

interface SinkConfig {
  elasticsearch: ElasticsearchConfig;
  indexing: IndexingConfig;
  deadLetters: DeadLettersConfig;
}

/** How many rotated files of dead letters are kept beside the one that is written. */
const rotatedFiles = 4;

/** Opens the file of dead letters. One process at a time may write it. */
export function openDeadLetterFile(
  { maxSize, keepAge }: DeadLettersConfig,
  file: string,
  instruments: Instruments,
): Promise<DeadLetters> {
  const telemetry = sinkTelemetry(instruments, Date.now);
  return openDeadLetters(file, {
    maxBytes: Math.ceil(maxSize / (rotatedFiles + 1)),
    keep: rotatedFiles,
    keepAge,
    onDiscard: telemetry.deadLettersDiscarded,
    onChange: telemetry.deadLettersKept,
  });
}

export async function openSink(
  { elasticsearch, indexing, deadLetters: settings }: SinkConfig,
  file: string,
  instruments: Instruments,
): Promise<{ deadLetters: DeadLetters; sink: ElasticsearchSink }> {
  const deadLetters = await openDeadLetterFile(settings, file, instruments);
  const sink = createElasticsearchSink({ elasticsearch, indexing, deadLetters, instruments });
  return { deadLetters, sink };
}

/**
 * Upper bounds of a bulk request to the embedded store. It writes one request after the other on the same machine, so larger requests
 * save nothing and use memory: for items, for bodies on both sides of the socket, and for pages of a transaction.
 */
const storeLimits = { maxBulkItems: 1_000, maxBulkBytes: 2 ** 20 };

/** The `indexing` section for the present target. Values that are configured below the store's bounds stay. */
export function bulkLimits({ indexing, elasticsearch }: Config): Config['indexing'] {
  if (elasticsearch) return indexing;
  const limits = { ...indexing };
  for (const name of ['maxBulkItems', 'maxBulkBytes'] as const)
    limits[name] = Math.min(indexing[name], storeLimits[name]);
  return limits;
}

type Retried = { kind: 'retried' } & DeliveryReport;
type Dropped = { kind: 'dropped'; dropped: number };

/** What became of the selected dead letters. */
export type DeadLetterOutcome =
  | Retried
  | Dropped
  /** They are still in the file; `reason` says why. */
  | { kind: 'unavailable'; reason: string };

/** Calls to the indexer's thread, which alone writes the file of dead letters. */
export function deadLetterCalls(deadLetters: DeadLetters, sinkNow: () => ElasticsearchSink) {
  async function retry(filter: DeadLetterFilter): Promise<DeadLetterOutcome> {
    const sink = sinkNow();
    const { state, reason, deferred } = sink.status();
    // While the server is away, the delivery would wait without end, and the caller with it.
    if (state !== 'delivering' && deferred === 0)
      return { kind: 'unavailable', reason: `Elasticsearch takes nothing at present: ${reason ?? state}` };
    return retried(deadLetters, sink, filter);
  }
  return {
    retryDeadLetters: (filter: unknown) => retry(filter as DeadLetterFilter).catch(unavailable),
    dropDeadLetters: (filter: unknown) => dropped(deadLetters, filter as DeadLetterFilter).catch(unavailable),
  };
}

export async function retried(
  deadLetters: DeadLetters,
  sink: Sink,
  filter: DeadLetterFilter,
  onProgress?: (sent: number) => void,
): Promise<Retried> {
  const report = await retryDeadLetters(deadLetters, sink, deadLetterSelector(filter), onProgress);
  return { kind: 'retried', ...report };
}

export async function dropped(deadLetters: DeadLetters, filter: DeadLetterFilter): Promise<Dropped> {
  return {
    kind: 'dropped',
    dropped: await deadLetters.drain(deadLetterSelector(filter), async () => undefined),
  };
}

/** An expected failure becomes an answer with its reason; the dead letters are still in the file. */
function unavailable(thrown: unknown): DeadLetterOutcome {
  const expected = thrown instanceof LogboomError || (thrown as NodeJS.ErrnoException).code !== undefined;
  if (!expected) throw thrown;
  return { kind: 'unavailable', reason: messageOf(thrown) };
}
