import { setTimeout as sleep } from 'node:timers/promises';
import type { StreamConfig } from '../../config/schema/streams.ts';
import { messageOf } from '../../errors.ts';
import type { Millis } from '../../model.ts';
import type { StreamTelemetry } from '../../telemetry/components/streams.ts';
import { type BackoffLimits, pauseWithEqualJitter, Signal, withTimeLimit } from '../../util/waiting.ts';
import { longestPostponed } from '../next-entry.ts';
import { type Notifier, NotifierError } from '../notifier.ts';
import type { StreamEntry, StreamLog } from './stream-log.ts';
import { streamNotification } from './stream-message.ts';

interface StreamLoopOptions {
  name: string;
  config: StreamConfig;
  /** Its own handler, so that nothing is shared with the delivery of alerts. */
  notifier: Notifier;
  log: Pick<StreamLog, 'read' | 'advance' | 'stateOf'>;
  telemetry: StreamTelemetry;
  now?: () => Millis;
  random?: () => number;
}

const backoff: BackoffLimits = { init: 1_000, max: 60_000 };
/** Entries that are read, and sent together where the kind can do that. */
const batch = 200;
/** How long a loss is shown as a failure. */
const lossShown: Millis = 600_000;

/**
 * Sends the entries of one stream in their order and moves its place on behind them. At least once: after a crash up to a batch is sent
 * again, under the same ids. What is refused for good or older than `giveUpAfter` is left out and counted; anything else is tried again.
 */
export class StreamLoop {
  readonly #options: Required<StreamLoopOptions>;
  readonly #stopping = new AbortController();
  readonly #wakeUp = new Signal();
  #ended: Promise<void> = Promise.resolve();
  #failure: { reason: string; since: Millis } | undefined;
  #lastRefusal: string | undefined;
  #dropped: number;
  #lost: { reason: string; at: Millis } | undefined;

  constructor(options: StreamLoopOptions) {
    this.#options = { now: Date.now, random: Math.random, ...options };
    // What was lost before the start was logged then.
    this.#dropped = options.log.stateOf(options.name).dropped;
  }

  start(): void {
    this.#ended = this.#run();
  }

  wake(): void {
    this.#noteDropped();
    this.#wakeUp.raise();
  }

  /** Aborts an attempt in progress. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wakeUp.raise();
    await this.#ended;
    await this.#options.notifier.close?.();
  }

  /** Why it does not get on, or what it lost of late. */
  get failing(): { reason: string; since: Millis } | undefined {
    if (this.#failure) return this.#failure;
    const lost = this.#lost;
    return lost && this.#options.now() - lost.at < lossShown
      ? { reason: lost.reason, since: lost.at }
      : undefined;
  }

  async #run(): Promise<void> {
    const { log, name } = this.#options;
    for (let failures = 0; !this.#stopping.signal.aborted; ) {
      try {
        const entries = log.read(name, batch);
        this.#noteDropped();
        if (entries.length === 0) {
          await this.#wakeUp.wait();
          continue;
        }
        const through = await this.#send(entries);
        await this.#advance(through);
        [failures, this.#failure] = [0, undefined];
      } catch (error) {
        if (this.#stopping.signal.aborted) return;
        failures += 1;
        await this.#fail(error, failures);
      }
    }
  }

  /** Sends what is wanted of the entries. Returns the number up to which all is done; rejects where nothing was. */
  async #send(entries: readonly StreamEntry[]): Promise<number> {
    const { notifier, telemetry, name, now } = this.#options;
    const wanted = entries.filter((entry) => this.#isWanted(entry));
    const fresh = wanted.filter(({ since }) => now() - since <= notifier.giveUpAfter);
    if (fresh.length < wanted.length) telemetry.expired(name, wanted.length - fresh.length);
    const last = entries.at(-1)!.number;
    if (fresh.length === 0) return last;
    if (notifier.sendAll && (await this.#isSentTogether(fresh))) return last;
    let done = 0;
    for (const entry of fresh) {
      try {
        await this.#sendOne(entry);
      } catch (error) {
        // Those before it need not be sent again.
        if (done === 0) throw error;
        return entry.number - 1;
      }
      done += 1;
    }
    return last;
  }

  /** False where one of them was refused for good: which, shows one by one. */
  async #isSentTogether(entries: readonly StreamEntry[]): Promise<boolean> {
    const { notifier, telemetry, name } = this.#options;
    try {
      const notifications = entries.map((entry) => streamNotification(entry, notifier.name));
      await this.#limited((signal) => notifier.sendAll!(notifications, signal));
      telemetry.delivered(name, entries.length);
      return true;
    } catch (error) {
      if (isRefusal(error)) return false;
      throw error;
    }
  }

  async #sendOne(entry: StreamEntry): Promise<void> {
    const { notifier, telemetry, name } = this.#options;
    try {
      const notification = streamNotification(entry, notifier.name);
      await this.#limited((signal) => notifier.send(notification, { signal, reached: [] }));
      telemetry.delivered(name, 1);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const reason = messageOf(error);
      telemetry.refused(name, entry.id, reason, reason === this.#lastRefusal);
      this.#lastRefusal = reason;
    }
  }

  #isWanted({ kind, rule }: StreamEntry): boolean {
    const { outputs, rules } = this.#options.config;
    return outputs.includes(kind) && (rules === undefined || rules.includes(rule));
  }

  async #advance(number: number): Promise<void> {
    const { log, name, telemetry } = this.#options;
    await log.advance(name, number).catch((error) => {
      telemetry.unwritten(name, messageOf(error));
      throw error;
    });
    telemetry.pending(name, log.stateOf(name).pending);
  }

  async #fail(error: unknown, failures: number): Promise<void> {
    const { name, telemetry, now, random } = this.#options;
    const reason = messageOf(error);
    const asked = error instanceof NotifierError ? (error.retryAfter ?? 0) : 0;
    const pause = Math.max(
      Math.min(asked, longestPostponed),
      pauseWithEqualJitter(failures, backoff, random),
    );
    telemetry.failed(name, reason, pause, reason === this.#failure?.reason);
    this.#failure = { reason, since: this.#failure?.since ?? now() };
    await sleep(pause, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
  }

  #noteDropped(): void {
    const { log, name, telemetry, config, now } = this.#options;
    const { dropped, pending } = log.stateOf(name);
    telemetry.pending(name, pending);
    if (dropped <= this.#dropped) return;
    telemetry.dropped(name, dropped - this.#dropped, config.keep);
    this.#dropped = dropped;
    this.#lost = { reason: `${dropped} outputs were dropped: it is too slow`, at: now() };
  }

  #limited<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return withTimeLimit(this.#stopping.signal, this.#options.notifier.timeout, work);
  }
}

const isRefusal = (error: unknown) => error instanceof NotifierError && !error.retryable;
