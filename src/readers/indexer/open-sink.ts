import type { DeadLettersConfig, ElasticsearchConfig, IndexingConfig } from '../../config/schema/outputs.ts';
import { type DeadLetters, openDeadLetters } from '../../sinks/elasticsearch/dead-letters/dead-letters.ts';
import { createElasticsearchSink, type ElasticsearchSink } from '../../sinks/elasticsearch/sink.ts';
import { sinkTelemetry } from '../../telemetry/components/sink.ts';
import type { Instruments } from '../../telemetry/instruments.ts';

interface SinkConfig {
  elasticsearch: ElasticsearchConfig;
  indexing: IndexingConfig;
  deadLetters: DeadLettersConfig;
}

/** Files of dead letters: the one that is written, and those that were put aside. */
const putAside = 4;

/** The file for what the sink refuses. One process at a time writes it. */
export function openDeadLetterFile(
  { maxSize, keepAge }: DeadLettersConfig,
  file: string,
  instruments: Instruments,
): Promise<DeadLetters> {
  const telemetry = sinkTelemetry(instruments, Date.now);
  return openDeadLetters(file, {
    maxBytes: Math.ceil(maxSize / (putAside + 1)),
    keep: putAside,
    keepAge,
    onDiscard: telemetry.deadLettersDiscarded,
    onChange: telemetry.deadLettersKept,
  });
}

export async function openSink(
  { elasticsearch, indexing, deadLetters: kept }: SinkConfig,
  file: string,
  instruments: Instruments,
): Promise<{ deadLetters: DeadLetters; sink: ElasticsearchSink }> {
  const deadLetters = await openDeadLetterFile(kept, file, instruments);
  const sink = createElasticsearchSink({ elasticsearch, indexing, deadLetters, instruments });
  return { deadLetters, sink };
}
