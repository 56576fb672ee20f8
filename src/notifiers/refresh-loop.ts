import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../errors.ts';
import type { Notification } from '../model.ts';
import type { NotifierTelemetry } from '../telemetry/components/notifiers.ts';
import { withTimeLimit } from '../util/waiting.ts';
import type { Notifier } from './notifier.ts';
import type { Outbox } from './outbox.ts';

interface RefreshLoopOptions {
  notifier: Notifier;
  outbox: Pick<Outbox, 'openFor'>;
  telemetry: NotifierTelemetry;
}

/** Alerts in one request. */
const batchSize = 500;

/**
 * Repeats the open alerts of a notifier whose peer forgets them otherwise (`Handler.refresh`), at the interval of the kind. It
 * begins with a round, because the server may have been down for longer than the peer remembers. A round that fails is
 * logged and counted, and the next one is due after the same interval. The loop ends only by `stop`.
 */
export class RefreshLoop {
  readonly #options: RefreshLoopOptions;
  readonly #stopping = new AbortController();
  #ended: Promise<void> = Promise.resolve();
  #lastError: string | undefined;

  constructor(options: RefreshLoopOptions) {
    this.#options = options;
  }

  start(): void {
    const { refresh } = this.#options.notifier;
    if (refresh) this.#ended = this.#run(refresh);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#ended;
  }

  async #run(refresh: NonNullable<Notifier['refresh']>): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.#round(refresh);
      await sleep(refresh.every, undefined, { signal }).catch(() => undefined);
    }
  }

  async #round(refresh: NonNullable<Notifier['refresh']>): Promise<void> {
    const { notifier, telemetry, outbox } = this.#options;
    try {
      for (const batch of batchesOf(outbox.openFor(notifier.name))) {
        await withTimeLimit(this.#stopping.signal, notifier.timeout, (signal) => refresh.send(batch, signal));
      }
      this.#lastError = undefined;
    } catch (error) {
      if (this.#stopping.signal.aborted) return;
      const reason = messageOf(error);
      telemetry.notRefreshed(notifier.name, reason, reason === this.#lastError);
      this.#lastError = reason;
    }
  }
}

function* batchesOf(open: Iterable<Notification>): Generator<Notification[]> {
  let batch: Notification[] = [];
  for (const notification of open) {
    batch.push(notification);
    if (batch.length < batchSize) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
