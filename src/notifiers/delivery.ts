import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../errors.ts';
import type { Millis, Notification } from '../model.ts';
import type { NotifierTelemetry } from '../telemetry/notifiers.ts';
import { type BackoffLimits, longestPause, pauseWithEqualJitter } from '../util/backoff.ts';
import { Signal } from '../util/signal.ts';
import { type Notifier, NotifierError } from './notifier.ts';

/** One message as the outbox keeps it; structural, for the outbox is a sibling. */
interface Waiting {
  notification: Notification;
  since: Millis;
  attempts: number;
  notBefore: Millis;
  lastError: string | undefined;
}

export interface WaitingMessages<Entry extends Waiting> {
  first(notifier: string): Entry | undefined;
  settled(entry: Entry): Promise<void>;
  failed(entry: Entry, reason: string, notBefore: Millis): Promise<void>;
}

interface LaneOptions<Entry extends Waiting> {
  notifier: Notifier;
  messages: WaitingMessages<Entry>;
  telemetry: NotifierTelemetry;
  now?: () => Millis;
  random?: () => number;
}

const backoff: BackoffLimits = { init: 1_000, max: 60_000 };
/** However long the other side asks to be left alone, by mistake or not: a message may go out as late as this, not later. */
const longestAsked: Millis = 3_600_000;

/**
 * Carries one notifier's messages out of the outbox, one after the other, for each notifier a lane of its own: one
 * that is dead holds up nothing but itself. A message is sent at least once; it is dropped only when the other side
 * refuses it for good or when it has grown too old.
 */
export class Lane<Entry extends Waiting> {
  readonly #options: Required<LaneOptions<Entry>>;
  readonly #stopping = new AbortController();
  readonly #news = new Signal();
  #ended: Promise<void> = Promise.resolve();

  constructor(options: LaneOptions<Entry>) {
    this.#options = { now: Date.now, random: Math.random, ...options };
  }

  start(): void {
    this.#ended = this.#run();
  }

  /** There may be a new message. */
  wake(): void {
    this.#news.raise();
  }

  /** Breaks off an attempt under way; its message stays in the outbox. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.wake();
    await this.#ended;
  }

  async #run(): Promise<void> {
    const { messages, notifier } = this.#options;
    while (!this.#stopping.signal.aborted) {
      let entry: Entry | undefined;
      await this.#insist(async () => {
        entry = messages.first(notifier.name);
      });
      if (entry) await this.#handle(entry);
      else await this.#news.wait();
    }
  }

  /**
   * Tries until the outbox does it or the lane is stopped. A message that was delivered is not sent again only because
   * a full disk does not take the note of it; it is, if the process ends before it does.
   */
  async #insist(act: () => Promise<void>): Promise<void> {
    const { notifier, telemetry } = this.#options;
    for (let failures = 1; !this.#stopping.signal.aborted; failures++) {
      try {
        return await act();
      } catch (error) {
        telemetry.unwritten(notifier.name, messageOf(error));
      }
      await this.#pause(longestPause(failures, backoff));
    }
  }

  async #handle(entry: Entry): Promise<void> {
    const { notifier, messages, telemetry, now } = this.#options;
    if (now() - entry.since > notifier.giveUpAfter) {
      telemetry.expired(notifier.name, entry.notification.id, entry.lastError);
      return this.#insist(() => messages.settled(entry));
    }
    // Written down by a clock that may have been wrong, or by a logboom that believed any number.
    await this.#pause(Math.min(entry.notBefore - now(), longestAsked));
    if (this.#stopping.signal.aborted) return;
    try {
      await notifier.send(
        entry.notification,
        AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(notifier.timeout)]),
      );
    } catch (error) {
      if (!this.#stopping.signal.aborted) await this.#mishap(entry, error);
      return;
    }
    telemetry.delivered(notifier.name, entry.notification.id, entry.attempts);
    await this.#insist(() => messages.settled(entry));
  }

  async #mishap(entry: Entry, error: unknown): Promise<void> {
    const { notifier, messages, telemetry, now, random } = this.#options;
    const reason = messageOf(error);
    if (error instanceof NotifierError && !error.retryable) {
      telemetry.refused(notifier.name, entry.notification.id, reason);
      return this.#insist(() => messages.settled(entry));
    }
    const { retryAfter = 0 } = error instanceof NotifierError ? error : {};
    const backedOff = pauseWithEqualJitter(entry.attempts + 1, backoff, random);
    const pause = Math.max(Math.min(retryAfter, longestAsked), backedOff);
    const tell = mendable(error) ? telemetry.misconfigured : telemetry.failed;
    tell(notifier.name, entry.notification.id, reason, pause, reason === entry.lastError);
    await this.#insist(() => messages.failed(entry, reason, now() + pause));
  }

  async #pause(length: Millis): Promise<void> {
    if (length > 0) await sleep(length, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
  }
}

const mendable = (error: unknown) =>
  error instanceof NotifierError && error.code === 'NOTIFIER_MISCONFIGURED';
