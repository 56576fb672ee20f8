import { Episodes } from '../alerts/episodes.ts';
import { ruleSchema } from '../config/schema/rules.ts';
import type { Millis, Notification, Output } from '../model.ts';
import { noteReceipt } from '../readers/analyser/history.ts';
import { type Judgement, statelessJudge } from '../rules/judge.ts';
import { compileRule } from '../rules/rule.ts';
import { AlertBook } from '../rules/run/alert-book.ts';
import type { OwnAlertStatus } from '../telemetry/api/status.ts';
import type { SelfMonitoringTelemetry } from '../telemetry/components/self-monitoring.ts';
import type { Vitals } from '../telemetry/components/vitals.ts';
import { nested, objectOf, type Snapshot, SnapshotFormat } from '../util/snapshot.ts';
import type { OwnAlert, Reading } from './own-alerts.ts';

/** The alerts' book checks its own state. */
export interface OwnAlertState {
  book: Snapshot<unknown>;
}

const format = new SnapshotFormat({
  component: 'An alert of logboom itself',
  schema: objectOf<OwnAlertState>({ book: nested() }),
});

const calm: Judgement = { verdict: 'calm', reason: '' };

/** One own alert: the state machine and the episodes of a rule, evaluated by the wall clock. */
export class OwnAlertBook {
  readonly name: string;
  readonly #alert: OwnAlert;
  readonly #rule;
  #book: AlertBook;
  readonly #openOnes = new Map<string, OwnAlertStatus>();

  constructor(alert: OwnAlert) {
    this.#alert = alert;
    this.name = alert.rule.name;
    this.#rule = compileRule(ruleSchema.parse(alert.rule));
    this.#book = this.#empty();
  }

  /** Whether an evaluation can change nothing. */
  get idle(): boolean {
    return !this.#alert.watched && this.#book.openGroups.length === 0;
  }

  get open(): OwnAlertStatus[] {
    return [...this.#openOnes.values()];
  }

  evaluate(read: Parameters<OwnAlert['read']>, now: Millis, outputs: Output[]): void {
    const readings = this.#alert.watched ? this.#alert.read(...read) : undefined;
    if (!this.#alert.watched) this.#end(now, outputs);
    if (readings) this.#judgeAll(readings, now, outputs);
    for (const output of outputs) noteReceipt(output, now);
  }

  #judgeAll(readings: readonly Reading[], now: Millis, outputs: Output[]): void {
    const gone = new Set(this.#book.openGroups);
    for (const reading of readings) {
      gone.delete(reading.group);
      this.#judge(reading, now, outputs);
    }
    for (const group of gone) {
      const good = this.#alert.gone?.(group) ?? `${group} is no longer watched`;
      this.#judge({ group, value: 0, bad: '', good }, now, outputs);
    }
  }

  #empty(): AlertBook {
    const judge = statelessJudge(
      () => calm,
      () => false,
    );
    return new AlertBook({ rule: this.#rule, judge, episodes: new Episodes(this.#rule) });
  }

  /** Ends open alerts, for their documents would stay open without end. */
  #end(now: Millis, outputs: Output[]): void {
    this.#book.end(now, 'the alert was switched off', outputs);
    this.#book = this.#empty();
    this.#openOnes.clear();
  }

  #judge(reading: Reading, now: Millis, outputs: Output[]): void {
    const { group, value } = reading;
    const [field] = this.#rule.config.by;
    this.#book.setFields(group, () => (field === undefined ? {} : { [field]: group }));
    const start = now - this.#rule.every;
    const holds = reading.holds ?? this.#rule.condition!.test(value);
    this.#book.observe(
      group,
      { at: now, since: start, window: { start, end: now }, value, count: 1, early: false },
      outputs,
      holds ? { verdict: 'true', reason: reading.bad } : { verdict: 'calm', reason: reading.good },
    );
    this.#note(reading, holds, now);
  }

  /** The status shows the reason of the last evaluation; the alert itself keeps the reason of its last transition. */
  #note({ group, bad, good }: Reading, holds: boolean, now: Millis): void {
    const status = this.#book.statusOf(group);
    if (status === 'inactive' || status === 'pending') return void this.#openOnes.delete(group);
    const since =
      this.#openOnes.get(group)?.since ?? new Date(this.#book.startOf(group) ?? now).toISOString();
    this.#openOnes.set(group, { rule: this.name, group, since, reason: holds ? bad : `recovering: ${good}` });
  }

  snapshot(): Snapshot<OwnAlertState> {
    return format.write({ book: this.#book.snapshot() });
  }

  /** After a change of the threshold an open alert stays open; the next evaluation applies the new threshold. */
  restore(snapshot: Snapshot<OwnAlertState> | undefined): void {
    if (snapshot !== undefined) this.#book.restore(format.read(snapshot).book);
  }
}

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
