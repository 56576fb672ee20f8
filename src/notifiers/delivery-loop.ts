import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../errors.ts';
import type { Millis } from '../model.ts';
import type { NotifierTelemetry } from '../telemetry/components/notifiers.ts';
import {
  type BackoffLimits,
  longestPause,
  pauseWithEqualJitter,
  Signal,
  withTimeLimit,
} from '../util/waiting.ts';
import { longestPostponed, PeerPause } from './next-entry.ts';
import { type Notifier, NotifierError, type Receipt } from './notifier.ts';
import type { Outbox } from './outbox.ts';
import type { OutboxEntry, Outcome } from './outbox-entry.ts';
import { digestOf, mostInDigest, type RateRecord, recentTimes } from './rate.ts';

/** The part of the outbox that a loop uses. */
export type DeliveryOutbox = Pick<
  Outbox,
  'next' | 'oldest' | 'remove' | 'postpone' | 'recordOf' | 'rateOf' | 'combine'
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

/**
 * Delivers the notifications of one notifier, oldest first, one at a time. Each notifier has a loop of its own, so a
 * notifier that fails delays no other. A notification that fails delays the later ones of its episode, and those of other
 * episodes for its first attempt alone.
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
  readonly #peer = new PeerPause();
  /** Episodes of which an attempt is under way aside. */
  readonly #busy = new Set<string>();
  #aside: Promise<void> = Promise.resolve();

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
    while (!this.#stopping.signal.aborted) {
      await this.#pause(this.#peer.until - this.#options.now());
      const { entry, at } = await this.#next();
      if (entry === undefined) await this.#rest(at);
      else if (await this.#isLimited()) continue;
      else if (this.#mayGoAside(entry)) this.#aside = this.#deliverAside(entry);
      else await this.#deliver(entry);
    }
    await this.#aside;
  }

  /** The next entry that noise control does not hold back. */
  async #next(): Promise<ReturnType<DeliveryOutbox['next']>> {
    const { outbox, notifier, now, hold } = this.#options;
    for (;;) {
      let next: ReturnType<DeliveryOutbox['next']> = { at: Number.POSITIVE_INFINITY };
      let isHeld = false;
      await this.#retryUntilWritten(async () => {
        next = outbox.next(notifier.name, now(), this.#busy);
        isHeld = next.entry !== undefined && (await hold(next.entry));
      });
      if (!isHeld) return next;
    }
  }

  /** Until there is news, or until that time. */
  async #rest(at: Millis): Promise<void> {
    if (at === Number.POSITIVE_INFINITY) return this.#wakeUp.wait();
    const ended = new AbortController();
    const woken = this.#wakeUp.wait().then(() => ended.abort());
    const length = Math.min(Math.max(0, at - this.#options.now()), longestPostponed);
    await sleep(length, undefined, { signal: ended.signal }).catch(() => undefined);
    if (!ended.signal.aborted) this.#wakeUp.raise();
    await woken;
  }

  /** A message that failed before may take all of the timeout again. Meanwhile those of other episodes go on. */
  #mayGoAside({ attempts }: OutboxEntry): boolean {
    return attempts > 0 && this.#busy.size === 0 && this.#options.notifier.rateLimit === undefined;
  }

  async #deliverAside(entry: OutboxEntry): Promise<void> {
    const { episode } = entry.notification.transition;
    this.#busy.add(episode);
    await this.#deliver(entry);
    this.#busy.delete(episode);
    this.wake();
  }

  /**
   * Keeps the limit of messages. Before the last message that the limit allows now, all that waits becomes one digest, so nothing waits
   * for longer than the time of the limit. Returns whether the queue is to be looked at again.
   */
  async #isLimited(): Promise<boolean> {
    const { notifier, outbox, now, telemetry } = this.#options;
    const limit = notifier.rateLimit;
    if (limit === undefined) return false;
    const times = recentTimes(outbox.rateOf(notifier.name), limit, now());
    const room = limit.messages - times.length;
    if (room <= 0) {
      await this.#pause(times[-room]! + limit.per - now());
      return true;
    }
    if (room > 1) return false;
    const oldest = outbox.oldest(notifier.name, mostInDigest);
    // What failed is sent as it is, before later messages of its episode.
    const failed = new Set(oldest.filter(({ attempts }) => attempts > 0).map(episodeOf));
    const waiting = oldest.filter((one) => !failed.has(episodeOf(one)));
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
      return this.#remove(entry, `given up: ${entry.lastError ?? 'too old'}`);
    }
    if (this.#stopping.signal.aborted) return;
    try {
      await this.#record(entry, await this.#attempt(entry));
    } catch (error) {
      if (!this.#stopping.signal.aborted) await this.#handleFailure(entry, error);
    }
  }

  #attempt({ notification, reached = [] }: OutboxEntry): Promise<Receipt> {
    const { notifier, outbox } = this.#options;
    const thread = outbox.recordOf(notifier.name, notification.transition.episode)?.thread;
    return withTimeLimit(this.#stopping.signal, notifier.timeout, (signal) =>
      notifier.send(notification, { signal, thread, reached }),
    );
  }

  async #record(entry: OutboxEntry, { thread, refused }: Receipt): Promise<void> {
    const { notifier, telemetry, outbox } = this.#options;
    const { id, transition } = entry.notification;
    this.#peer.succeeded();
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
    const notified = this.#noted(entry, refused);
    const outcome: Outcome = { record: isKept ? record : undefined, rate, notified, counted: 'delivered' };
    await this.#retryUntilWritten(() => outbox.remove(entry, outcome));
  }

  #countMessage(): RateRecord | undefined {
    const { notifier, outbox, now } = this.#options;
    if (notifier.rateLimit === undefined) return undefined;
    const at = now();
    return { times: [...recentTimes(outbox.rateOf(notifier.name), notifier.rateLimit, at), at] };
  }

  async #handleFailure(entry: OutboxEntry, error: unknown): Promise<void> {
    const { notifier, outbox, telemetry, now, random } = this.#options;
    const reason = messageOf(error);
    if (error instanceof NotifierError && !error.retryable) {
      telemetry.refused(notifier.name, entry.notification.id, reason);
      return this.#remove(entry, reason);
    }
    const { retryAfter = 0, reached = [] } = error instanceof NotifierError ? error : {};
    const asked = Math.min(retryAfter, longestPostponed);
    const pause = Math.max(asked, pauseWithEqualJitter(entry.attempts + 1, backoff, random));
    this.#peer.failed(now(), asked, random);
    const report = isMisconfigured(error) ? telemetry.misconfigured : telemetry.failed;
    report(notifier.name, entry.notification.id, reason, pause, reason === entry.lastError);
    await this.#retryUntilWritten(() => outbox.postpone(entry, reason, now() + pause, reached));
  }

  #remove(entry: OutboxEntry, refused: string): Promise<void> {
    const outcome: Outcome = { notified: this.#noted(entry, refused), counted: 'refused' };
    return this.#retryUntilWritten(() => this.#options.outbox.remove(entry, outcome));
  }

  /** What the documents of alerts say about a message. An acknowledgement is in them already. */
  #noted({ notification }: OutboxEntry, refused: string | undefined) {
    if (notification.test || notification.acknowledgement || notification.report) return undefined;
    return { at: this.#options.now(), ...(refused !== undefined && { refused: refused.slice(0, 500) }) };
  }

  async #pause(length: Millis): Promise<void> {
    if (length > 0) await sleep(length, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
  }
}

const episodeOf = ({ notification }: OutboxEntry) => notification.transition.episode;
const isMisconfigured = (error: unknown) =>
  error instanceof NotifierError && error.code === 'NOTIFIER_MISCONFIGURED';
