import type { Millis, Notification, Output } from '../model.ts';
import type { OwnAlertStatus } from '../telemetry/api/status.ts';
import type { SelfMonitoringTelemetry } from '../telemetry/components/self-monitoring.ts';
import type { Vitals } from '../telemetry/components/vitals.ts';
import { OwnAlertBook } from './own-alert-book.ts';
import type { OwnAlert } from './own-alerts.ts';

interface MemoryAlertsOptions {
  alerts: OwnAlert[];
  sendNow: (notification: Notification) => Promise<void>;
  telemetry: SelfMonitoringTelemetry;
}

/** Messages that wait for their notifier. Beyond that the oldest are dropped: the later ones say the same or more. */
const MOST_UNSENT = 20;

/**
 * Own alerts about the disk itself. Nothing of them is written: their state lasts as long as the process does, their messages
 * are sent without the outbox, and they have no documents. After a restart an alert whose cause lasts is raised again.
 */
export class MemoryAlerts {
  readonly #options: MemoryAlertsOptions;
  #books: OwnAlertBook[];
  #unsent: Notification[] = [];
  #sending = false;

  constructor(options: MemoryAlertsOptions) {
    this.#options = options;
    this.#books = booksOf(options.alerts);
  }

  get open(): OwnAlertStatus[] {
    return this.#books.flatMap(({ open }) => open);
  }

  /** Watches other alerts from now on; open ones are raised again where their cause lasts. */
  change(alerts: OwnAlert[]): void {
    this.#books = booksOf(alerts);
  }

  evaluate(vitals: Vitals, now: Millis): void {
    const outputs: Output[] = [];
    for (const book of this.#books) book.evaluate([vitals, undefined], now, outputs);
    for (const output of outputs) {
      if (output.kind === 'transition') this.#options.telemetry.transition(output.transition);
      if (output.kind === 'notification') this.#unsent.push(output.notification);
    }
    this.#unsent = this.#unsent.slice(-MOST_UNSENT);
    void this.#send();
  }

  /** What a notifier does not accept is sent again at the next evaluation. */
  async #send(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    const { sendNow } = this.#options;
    const sends = this.#unsent.splice(0).map(async (notification) => {
      await sendNow(notification).catch(() => this.#unsent.push(notification));
    });
    await Promise.all(sends);
    this.#sending = false;
  }
}

const booksOf = (alerts: OwnAlert[]) =>
  alerts.filter(({ inMemory }) => inMemory).map((alert) => new OwnAlertBook(alert));
