import type { DeadLettersConfig, ElasticsearchConfig, IndexingConfig } from '../../config/schema/outputs.ts';
import type { Config } from '../../config/schema/schema.ts';
import { type DeadLetters, openDeadLetters } from '../../sinks/elasticsearch/dead-letters/dead-letters.ts';
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
