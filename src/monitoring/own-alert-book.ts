import { Episodes } from '../alerts/episodes.ts';
import { ruleSchema } from '../config/schema/rules.ts';
import type { Millis, Output } from '../model.ts';
import type { Judgement } from '../rules/judge.ts';
import { statelessJudge } from '../rules/judge.ts';
import { compileRule } from '../rules/rule.ts';
import { AlertBook } from '../rules/run/alert-book.ts';
import type { OwnAlertStatus } from '../telemetry/api/status.ts';
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
    if (!readings) return;
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
