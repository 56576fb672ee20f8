import { starPattern } from '@logboom/common';
import type { Admin, Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import type { KafkaInputConfig } from '../../config/schema/kafka-input.ts';
import type { Millis } from '../../model.ts';
import { late, within } from '../../util/waiting.ts';
import { clientConfig, loadLibrary } from './library.ts';

interface SessionOptions {
  config: KafkaInputConfig;
  kafka: Kafka;
  /** Takes a batch. When it resolves, its messages are on disk. */
  take: (batch: EachBatchPayload, commit: (offset: number) => Promise<void>) => Promise<void>;
  /** Called with the messages that are there and not read, by topic. */
  onLag: (topic: string, messages: number) => void;
  /** The offset of the next message of a partition; undefined where it was never read. */
  next: (topic: string, partition: number) => number | undefined;
  /** Called when it gets on: with the names and patterns for which there is no topic. */
  onReady: (missing: readonly string[]) => void;
  /** How often lag is measured and new topics are looked for. */
  every: Millis;
}

/**
 * One membership in the consumer group, from connecting to the first failure that the client does not mend by itself. It also
 * ends, without an error, when other topics match than at its start.
 */
export class Session {
  readonly #options: SessionOptions;
  readonly #admin: Admin;
  readonly #consumer: Consumer;
  #end: () => void = () => {};
  readonly #ended = new Promise<void>((resolve) => {
    this.#end = resolve;
  });
  #failure: Error | undefined;

  constructor(options: SessionOptions) {
    const { kafka, config } = options;
    this.#options = options;
    this.#admin = kafka.admin();
    this.#consumer = kafka.consumer({
      groupId: config.group,
      allowAutoTopicCreation: false,
      maxBytesPerPartition: 2 * 2 ** 20,
      maxBytes: 8 * 2 ** 20,
      maxWaitTimeInMs: 1_000,
      // Failures end the session, and the next one begins after a pause.
      retry: { initialRetryTime: 200, maxRetryTime: 5_000, retries: 5, restartOnFailure: async () => false },
    });
  }

  /** Resolves when other topics are to be read, or after `stop`; rejects when the brokers cannot be read. */
  async run(): Promise<void> {
    try {
      await this.#admin.connect();
      const { topics } = await this.#find();
      if (topics.length > 0) await this.#consume(topics);
      await this.#watch(topics);
    } finally {
      await this.#consumer.disconnect().catch(() => undefined);
      await this.#admin.disconnect().catch(() => undefined);
    }
    if (this.#failure) throw this.#failure;
  }

  stop(): void {
    this.#end();
  }

  async #find() {
    const { config, onReady } = this.#options;
    const found = findTopics(config.topics, await this.#admin.listTopics());
    onReady(found.missing);
    return found;
  }

  async #consume(topics: string[]): Promise<void> {
    const { config, take } = this.#options;
    const consumer = this.#consumer;
    consumer.on(consumer.events.CRASH, ({ payload: { error } }) => {
      this.#failure = error;
      this.#end();
    });
    await consumer.connect();
    await consumer.subscribe({ topics, fromBeginning: config.startAt === 'beginning' });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: (batch) =>
        take(batch, (offset) =>
          consumer.commitOffsets([
            { topic: batch.batch.topic, partition: batch.batch.partition, offset: String(offset) },
          ]),
        ),
    });
  }

  /** Until the session ends, or other topics match. */
  async #watch(topics: readonly string[]): Promise<void> {
    await this.#measure(topics);
    while ((await within(this.#ended, this.#options.every)) === late) {
      const found = await this.#find();
      if (found.topics.join() !== topics.join()) return;
      await this.#measure(topics);
    }
  }

  async #measure(topics: readonly string[]): Promise<void> {
    const { next, onLag, config } = this.#options;
    for (const topic of topics) {
      const partitions = await this.#admin.fetchTopicOffsets(topic);
      const lags = partitions.map(({ partition, high, low }) => {
        const from = next(topic, partition) ?? Number(config.startAt === 'beginning' ? low : high);
        return Math.max(0, Number(high) - Math.max(from, Number(low)));
      });
      onLag(
        topic,
        lags.reduce((sum, one) => sum + one, 0),
      );
    }
  }
}

interface FoundTopics {
  /** In the order of their names. */
  topics: string[];
  /** Names and patterns for which there is no topic. */
  missing: string[];
}

/** The topics of the brokers that are wanted. A pattern does not match internal topics, which begin with `_`. */
export function findTopics(wanted: readonly string[], existing: readonly string[]): FoundTopics {
  const topics = new Set<string>();
  const missing: string[] = [];
  for (const one of wanted) {
    const pattern = starPattern(one);
    const found = existing.filter(
      (topic) => topic === one || (!topic.startsWith('_') && pattern.test(topic)),
    );
    if (found.length === 0) missing.push(one);
    for (const topic of found) topics.add(topic);
  }
  return { topics: [...topics].sort(), missing };
}

/** Asks the brokers once for the topics that an input wants. Rejects where they do not answer or refuse the login. */
export async function topicsOf(config: KafkaInputConfig): Promise<FoundTopics> {
  const library = await loadLibrary(config.name);
  const kafka = new library.Kafka({ ...(await clientConfig(config)), retry: { retries: 1 }, logLevel: 0 });
  const admin = kafka.admin();
  try {
    await admin.connect();
    return findTopics(config.topics, await admin.listTopics());
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}
