import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../errors.ts';
import type { Millis } from '../model.ts';
import type { NotifierTelemetry } from '../telemetry/components/notifiers.ts';
import { type BackoffLimits, longestPause, pauseWithEqualJitter, Signal } from '../util/waiting.ts';
import { type Notifier, NotifierError, type Receipt } from './notifier.ts';
import type { Outbox, OutboxEntry } from './outbox.ts';
import { currentRate, digestOf, mostInDigest, type RateRecord } from './rate.ts';

/** The part of the outbox that a loop uses. */
export type DeliveryOutbox = Pick<
  Outbox,
  'first' | 'oldest' | 'remove' | 'postpone' | 'recordOf' | 'rateOf' | 'combine'
>;

interface DeliveryLoopOptions {
  notifier: Notifier;
  outbox: DeliveryOutbox;
  telemetry: NotifierTelemetry;
  /** Whether noise control holds the notification back; it is not in the queue of the notifier then. */
  hold?: (entry: OutboxEntry) => Promise<boolean>;
  now?: () => Millis;
  random?: () => number;
}

const backoff: BackoffLimits = { init: 1_000, max: 60_000 };
/** Upper limit of `Retry-After`: a peer that asks for a longer pause gets the next attempt after an hour. */
const longestRetryAfter: Millis = 3_600_000;

/**
 * Delivers the notifications of one notifier, oldest first, one at a time. Each notifier has a loop of its own, so a
 * notifier that fails delays no other.
 *
 * Delivery is at least once: a crash between the answer of the peer and the removal from the outbox repeats the
 * notification. A notification is dropped only when the peer refuses it for good (`NOTIFIER_REFUSED`) or when it is
 * older than `giveUpAfter`; until then attempts are repeated after pauses of 1 s to 60 s, or as long as the peer asks.
 * The loop never ends by a failure, only by `stop`.
 */
export class DeliveryLoop {
  readonly #options: Required<DeliveryLoopOptions>;
  readonly #stopping = new AbortController();
  readonly #wakeUp = new Signal();
  #ended: Promise<void> = Promise.resolve();

  constructor(options: DeliveryLoopOptions) {
    this.#options = { now: Date.now, random: Math.random, hold: async () => false, ...options };
  }

  start(): void {
    this.#ended = this.#run();
  }

  /** Makes the loop look for a new notification. */
  wake(): void {
    this.#wakeUp.raise();
  }

  /** Aborts an attempt in progress; its notification stays in the outbox. Resolves when the loop has ended. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.wake();
    await this.#ended;
  }

  async #run(): Promise<void> {
    const { outbox, notifier } = this.#options;
    while (!this.#stopping.signal.aborted) {
      let entry: OutboxEntry | undefined;
      let isHeld = false;
      await this.#retryUntilWritten(async () => {
        entry = outbox.first(notifier.name);
        isHeld = entry !== undefined && (await this.#options.hold(entry));
      });
      if (isHeld || (await this.#isLimited(entry))) continue;
      if (entry) await this.#deliver(entry);
      else await this.#wakeUp.wait();
    }
  }

  /**
   * Keeps the limit of messages. Before the last message of the time all that waits becomes one digest, so nothing waits for longer
   * than the time. Returns whether the queue is to be looked at again.
   */
  async #isLimited(entry: OutboxEntry | undefined): Promise<boolean> {
    const { notifier, outbox, now, telemetry } = this.#options;
    const limit = notifier.rateLimit;
    if (limit === undefined || entry === undefined) return false;
    const rate = currentRate(outbox.rateOf(notifier.name), limit, now());
    if (rate.sent >= limit.messages) {
      await this.#pause(rate.since + limit.per - now());
      return true;
    }
    if (rate.sent < limit.messages - 1) return false;
    const waiting = outbox.oldest(notifier.name, mostInDigest).filter(({ attempts }) => attempts === 0);
    if (waiting.length < 2) return false;
    const digest = digestOf(waiting, notifier.name);
    await this.#retryUntilWritten(() => outbox.combine(waiting, digest));
    telemetry.combined(notifier.name, waiting.length);
    return true;
  }

  /**
   * Repeats an access to the outbox until it succeeds or the loop is stopped. A full disk that refuses the removal of a
   * delivered notification thus does not send it again, unless the process ends meanwhile.
   */
  async #retryUntilWritten(access: () => Promise<void>): Promise<void> {
    const { notifier, telemetry } = this.#options;
    for (let failures = 1; !this.#stopping.signal.aborted; failures++) {
      try {
        return await access();
      } catch (error) {
        telemetry.unwritten(notifier.name, messageOf(error));
      }
      await this.#pause(longestPause(failures, backoff));
    }
  }

  async #deliver(entry: OutboxEntry): Promise<void> {
    const { notifier, telemetry, now } = this.#options;
    if (now() - entry.since > notifier.giveUpAfter) {
      telemetry.expired(notifier.name, entry.notification.id, entry.lastError);
      return this.#remove(entry);
    }
    // `notBefore` may come from a wrong clock or from an earlier version without the limit.
    await this.#pause(Math.min(entry.notBefore - now(), longestRetryAfter));
    if (this.#stopping.signal.aborted) return;
    try {
      await this.#settle(entry, await this.#attempt(entry));
    } catch (error) {
      if (!this.#stopping.signal.aborted) await this.#handleFailure(entry, error);
    }
  }

  #attempt({ notification, reached = [] }: OutboxEntry): Promise<Receipt> {
    const { notifier, outbox } = this.#options;
    const signal = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(notifier.timeout)]);
    const thread = outbox.recordOf(notifier.name, notification.transition.episode)?.thread;
    return notifier.send(notification, { signal, thread, reached });
  }

  async #settle(entry: OutboxEntry, { thread, refused }: Receipt): Promise<void> {
    const { notifier, telemetry, outbox } = this.#options;
    const { id, transition } = entry.notification;
    telemetry.delivered(notifier.name, id, entry.attempts);
    if (refused !== undefined) telemetry.partial(notifier.name, id, refused);
    const known = outbox.recordOf(notifier.name, transition.episode);
    const record = {
      thread: thread ?? known?.thread,
      last: notifier.refresh ? entry.notification : undefined,
    };
    const isNew = record.thread !== known?.thread || record.last !== undefined;
    const isKept = isNew && !entry.notification.group?.digest;
    const rate = this.#countMessage();
    await this.#retryUntilWritten(() => outbox.remove(entry, isKept ? record : undefined, rate));
  }

  #countMessage(): RateRecord | undefined {
    const { notifier, outbox, now } = this.#options;
    if (notifier.rateLimit === undefined) return undefined;
    const { since, sent } = currentRate(outbox.rateOf(notifier.name), notifier.rateLimit, now());
    return { since, sent: sent + 1 };
  }

  async #handleFailure(entry: OutboxEntry, error: unknown): Promise<void> {
    const { notifier, outbox, telemetry, now, random } = this.#options;
    const reason = messageOf(error);
    if (error instanceof NotifierError && !error.retryable) {
      telemetry.refused(notifier.name, entry.notification.id, reason);
      return this.#remove(entry);
    }
    const { retryAfter = 0, reached = [] } = error instanceof NotifierError ? error : {};
    const pause = Math.max(
      Math.min(retryAfter, longestRetryAfter),
      pauseWithEqualJitter(entry.attempts + 1, backoff, random),
    );
    const report = isMisconfigured(error) ? telemetry.misconfigured : telemetry.failed;
    report(notifier.name, entry.notification.id, reason, pause, reason === entry.lastError);
    await this.#retryUntilWritten(() => outbox.postpone(entry, reason, now() + pause, reached));
  }

  #remove(entry: OutboxEntry): Promise<void> {
    return this.#retryUntilWritten(() => this.#options.outbox.remove(entry));
  }

  async #pause(length: Millis): Promise<void> {
    if (length > 0) await sleep(length, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
  }
}

const isMisconfigured = (error: unknown) =>
  error instanceof NotifierError && error.code === 'NOTIFIER_MISCONFIGURED';
