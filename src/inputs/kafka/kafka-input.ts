import type { EachBatchPayload } from 'kafkajs';
import type { KafkaInputConfig } from '../../config/schema/kafka-input.ts';
import type { JsonObject } from '../../events/index.ts';
import type { Millis, Origin } from '../../model.ts';
import type { InputStats } from '../../telemetry/api/status.ts';
import type { NetworkInputTelemetry } from '../../telemetry/components/network-input.ts';
import type { KafkaLibrary } from '../../util/kafka.ts';
import { type BackoffLimits, late, pauseWithEqualJitter, within } from '../../util/waiting.ts';
import { EventMaker } from '../documents/event-maker.ts';
import type { Input } from '../input.ts';
import { Outlet, type Store } from '../outlet.ts';
import { clientConfig, connectionProblem, loadLibrary } from './library.ts';
import { addMessage } from './messages.ts';
import { Progress } from './progress.ts';
import { Session } from './session.ts';

interface KafkaInputOptions {
  config: KafkaInputConfig;
  telemetry: NetworkInputTelemetry;
  store: Store & { states(prefix: string): { key: string; value: unknown }[] };
  origin: Origin;
  /** Fields of every event. */
  fields: JsonObject;
  now: () => Millis;
  /** How often lag is measured and new topics are looked for. */
  every?: Millis;
}

const pauses: BackoffLimits = { init: 1_000, max: 30_000 };
/** How often a heartbeat tells the group that a batch is still being stored. */
const beat: Millis = 1_000;

/**
 * Reads topics of Kafka. An offset is committed to the group when its message is on disk. It is also stored with the message, so a
 * message that is delivered again is recognised. While the brokers cannot be reached, the input waits and says so.
 */
export class KafkaInput implements Input {
  readonly kind = 'kafka';
  readonly name: string;
  readonly #options: KafkaInputOptions;
  readonly #outlet: Outlet;
  readonly #maker: EventMaker;
  #progress: Progress;
  #session: Session | undefined;
  #running: Promise<void> = Promise.resolve();
  #wake: () => void = () => {};
  #stopping = false;
  #problem: string | undefined;
  #missing: readonly string[] = [];
  readonly #lags = new Map<string, number>();
  #events = 0;
  #bytes = 0;
  #lastEvent: Millis | undefined;
  #stopped: Promise<void> | undefined;

  constructor(options: KafkaInputOptions) {
    const { config, telemetry, origin, fields, now } = options;
    this.name = config.name;
    this.#options = options;
    this.#progress = new Progress(config.name);
    this.#maker = new EventMaker({ fields, maxMessage: config.maxMessage, truncated: telemetry.truncated });
    this.#outlet = new Outlet({
      ...{ origin, now, store: this.#noting(options.store) },
      telemetry: {
        batchRefused: telemetry.batchRefused,
        batchStored: (events, bytes) => {
          this.#events += events;
          this.#lastEvent = now();
          telemetry.batchStored(events, bytes);
        },
      },
    });
  }

  /** Throws CONFIG_INVALID where the client is not installed, or a certificate cannot be read. */
  async start(): Promise<void> {
    const { config, store } = this.#options;
    this.#progress = new Progress(config.name, store.states(Progress.prefixOf(config.name)));
    const library = await loadLibrary(config.name);
    await clientConfig(config);
    this.#running = this.#run(library);
  }

  stop(timeout: Millis): Promise<void> {
    this.#stopped ??= this.#stop(timeout);
    return this.#stopped;
  }

  stats(): InputStats {
    const lastEvent = this.#lastEvent;
    const problems = [
      ...(this.#problem === undefined ? [] : [this.#problem]),
      ...(this.#missing.length === 0 ? [] : [`no topic is named ${this.#missing.join(', ')}`]),
    ];
    return {
      ...{ events: this.#events, bytes: this.#bytes, lagMessages: this.#lag },
      ...(lastEvent !== undefined && { lastEvent }),
      ...(problems.length > 0 && { problems }),
    };
  }

  get #lag(): number {
    return [...this.#lags.values()].reduce((sum, one) => sum + one, 0);
  }

  /** The store, which informs the progress of what is on disk. */
  #noting(store: Store): Store {
    return {
      append: async (batch, block, states) => {
        await store.append(batch, block, states);
        this.#progress.stored(states);
      },
      saveStates: async (states) => {
        await store.saveStates(states);
        this.#progress.stored(states);
      },
    };
  }

  async #run(library: KafkaLibrary): Promise<void> {
    const { config, telemetry } = this.#options;
    const brokers = config.brokers.join(', ');
    for (let failures = 0; !this.#stopping; ) {
      try {
        await this.#runSession(library);
        failures = 0;
      } catch (error) {
        if (this.#stopping) return;
        // A session that got on for a while failed for the first time.
        failures = this.#problem === undefined ? 1 : failures + 1;
        const problem = connectionProblem(error);
        this.#problem = `not connected to ${brokers}: ${problem}`;
        const pause = pauseWithEqualJitter(failures, pauses, Math.random);
        telemetry.notConnected(brokers, problem, pause);
        await this.#sleep(pause);
      }
    }
  }

  async #runSession(library: KafkaLibrary): Promise<void> {
    const { config, telemetry, every = 15_000 } = this.#options;
    const kafka = new library.Kafka({
      ...(await clientConfig(config)),
      // Failures are reported by the input, with its name.
      logCreator: () => () => {},
    });
    this.#session = new Session({
      ...{ config, kafka, every },
      take: (batch, commit) => this.#take(batch, commit),
      next: (topic, partition) => this.#progress.next(topic, partition),
      onReady: (missing) => {
        if (this.#problem !== undefined || missing.join() !== this.#missing.join())
          telemetry.topicsFound(config.brokers.join(', '), missing);
        this.#problem = undefined;
        this.#missing = missing;
      },
      onLag: (topic, messages) => {
        this.#lags.set(topic, messages);
        telemetry.lag(topic, messages);
      },
    });
    await this.#session.run();
  }

  async #take({ batch, heartbeat, isRunning, isStale, ...group }: EachBatchPayload, commit: Commit) {
    const { topic, partition, messages } = batch;
    this.#begin(batch);
    let next = -1;
    for (const message of messages) {
      if (!isRunning() || isStale()) break;
      if (this.#outlet.builder.isFull) await this.#waiting(this.#outlet.room(), heartbeat);
      this.#takeMessage(topic, partition, message);
      next = Number(message.offset) + 1;
    }
    if (next === -1) return;
    this.#outlet.flush();
    await this.#waiting(this.#progress.whenStored(topic, partition, next), heartbeat);
    group.resolveOffset(String(next - 1));
    await commit(next);
  }

  #begin({ topic, partition, messages, highWatermark }: EachBatchPayload['batch']): void {
    const { telemetry, now } = this.#options;
    const bytes = messages.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
    this.#bytes += bytes;
    telemetry.received(bytes);
    this.#maker.setTime(new Date(now()).toISOString());
    const next = this.#progress.next(topic, partition) ?? 0;
    if (next <= Number(highWatermark)) return;
    telemetry.topicCreatedAnew(topic, partition, next, Number(highWatermark));
    this.#progress.forget(topic, partition);
  }

  /** Nothing is awaited between a message and its state, so a batch holds both or neither. */
  #takeMessage(
    topic: string,
    partition: number,
    message: EachBatchPayload['batch']['messages'][number],
  ): void {
    const { builder } = this.#outlet;
    const { telemetry } = this.#options;
    const offset = Number(message.offset);
    if (this.#progress.has(topic, partition, offset)) {
      telemetry.skipped('known');
      return;
    }
    if (!addMessage(builder, this.#maker, topic, partition, message)) telemetry.skipped('empty');
    const { key, value } = this.#progress.take(topic, partition, offset);
    builder.note(key, value);
  }

  /** Waits, and keeps the membership in the group meanwhile. Rejects when the input is stopped first. */
  async #waiting(work: Promise<void>, heartbeat: () => Promise<void>): Promise<void> {
    while ((await within(work, beat)) === late) {
      if (this.#outlet.closed) throw new Error('the input is stopped');
      await heartbeat();
    }
    if (this.#outlet.closed) throw new Error('the input is stopped');
  }

  async #sleep(pause: Millis): Promise<void> {
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    if (!this.#stopping) await within(woken, pause);
  }

  async #stop(timeout: Millis): Promise<void> {
    this.#stopping = true;
    this.#wake();
    this.#session?.stop();
    // What is fetched and not on disk is read again at the next start.
    await within(this.#running, timeout);
    await this.#outlet.close(timeout);
    this.#options.telemetry.stopped();
  }
}

type Commit = (offset: number) => Promise<void>;
