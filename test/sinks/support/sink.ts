import { pino } from 'pino';
import { Registry } from 'prom-client';
import { elasticsearch, indexing } from '../../../src/config/schema/outputs.ts';
import type { BulkItem, DeadLetter } from '../../../src/model.ts';
import type { DeadLetterQueue } from '../../../src/sinks/elasticsearch/dead-letters/dead-letters.ts';
import {
  createElasticsearchSink,
  type ElasticsearchSink,
  type ElasticsearchSinkOptions,
} from '../../../src/sinks/elasticsearch/sink.ts';

export interface LogLine {
  level: number;
  msg: string;
}

export interface TestSink {
  sink: ElasticsearchSink;
  letters: DeadLetter[];
  log: LogLine[];
  /** Every pause that the sink made, in milliseconds. */
  pauses: number[];
  metrics: Registry;
}

export interface TestSinkOptions extends Partial<ElasticsearchSinkOptions> {
  hosts?: string[];
  config?: object;
  index?: object;
  /** Pauses take as long as they take; otherwise the clock stands still but for them. */
  realTime?: boolean;
}

/** Dead letters in memory. */
export function memoryDeadLetters(letters: DeadLetter[] = []): DeadLetterQueue {
  return {
    async add(more) {
      letters.push(...more);
    },
    get count() {
      return letters.length;
    },
    get added() {
      const last = letters.at(-1);
      return { count: letters.length, ...(last && { last }) };
    },
  };
}

/** A sink whose pauses take no time: the clock jumps over them. */
export function testSink({ hosts, config, index, realTime, ...more }: TestSinkOptions): TestSink {
  const letters: DeadLetter[] = [];
  const log: LogLine[] = [];
  const pauses: number[] = [];
  const metrics = new Registry();
  let now = Date.parse('2026-11-21T00:00:00Z');
  const frozen = {
    now: () => now,
    random: () => 1,
    sleep: async (millis: number, signal: AbortSignal) => {
      pauses.push(millis);
      await new Promise((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
      now += millis;
    },
  };
  const sink = createElasticsearchSink({
    elasticsearch: elasticsearch.parse({ hosts, compression: false, ...config }),
    indexing: indexing.parse({ installTemplates: false, ...index }),
    deadLetters: memoryDeadLetters(letters),
    instruments: { log: pino({ level: 'debug' }, { write: (line) => log.push(JSON.parse(line)) }), metrics },
    ...(!realTime && frozen),
    ...more,
  });
  return { sink, letters, log, pauses, metrics };
}

/** `count` items to create, with ids `<prefix>0`, `<prefix>1`, … */
export function items(count: number, prefix = 'id-', index = 'logs-test-default'): BulkItem[] {
  return Array.from({ length: count }, (_, i) => ({
    action: 'create' as const,
    index,
    id: `${prefix}${i}`,
    document: `{"@timestamp":"2026-11-21T00:00:00Z","n":${i}}`,
  }));
}
