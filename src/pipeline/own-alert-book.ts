import { createEpisodes } from '../alerts/episodes.ts';
import { rule as ruleSchema } from '../config/rules.ts';
import type { Millis, Output } from '../model.ts';
import type { Judgement } from '../rules/judgement.ts';
import { lookingAtWindows } from '../rules/judgement.ts';
import { compileRule } from '../rules/rule.ts';
import type { OwnAlertStatus } from '../telemetry/status.ts';
import { AlertBook } from './alert-book.ts';
import type { OwnAlert, Reading } from './own-alerts.ts';

const calm: Judgement = { verdict: 'calm', reason: '' };

/** One of logboom's own alerts: the state machine and the episodes of any rule, looked at by the clock. */
export class OwnAlertBook {
  readonly name: string;
  /** Another threshold is another rule: its alerts begin anew. */
  readonly fingerprint: string;
  private readonly alert: OwnAlert;
  private readonly rule;
  private readonly book: AlertBook;
  private readonly openOnes = new Map<string, OwnAlertStatus>();

  constructor(alert: OwnAlert) {
    this.alert = alert;
    this.name = alert.rule.name;
    this.fingerprint = JSON.stringify([alert.rule.when, alert.rule.by]);
    this.rule = compileRule(ruleSchema.parse(alert.rule));
    this.book = new AlertBook({
      rule: this.rule,
      judge: lookingAtWindows(
        () => calm,
        () => false,
      ),
      episodes: createEpisodes(this.rule),
    });
  }

  get open(): OwnAlertStatus[] {
    return [...this.openOnes.values()];
  }

  look(read: Parameters<OwnAlert['read']>, now: Millis, outputs: Output[]): void {
    const readings = this.alert.read(...read);
    if (!readings) return;
    const gone = new Set(this.book.openGroups);
    for (const reading of readings) {
      gone.delete(reading.group);
      this.judge(reading, now, outputs);
    }
    for (const group of gone)
      this.judge({ group, value: 0, bad: '', good: `${group} is no longer watched` }, now, outputs);
  }

  private judge(reading: Reading, now: Millis, outputs: Output[]): void {
    const { group, value } = reading;
    const [field] = this.rule.config.by;
    this.book.know(group, () => (field === undefined ? {} : { [field]: group }));
    const start = now - this.rule.every;
    const holds = this.rule.condition!.test(value);
    this.book.look(
      group,
      { at: now, since: start, window: { start, end: now }, value, count: 1, early: false },
      outputs,
      holds ? { verdict: 'true', reason: reading.bad } : { verdict: 'calm', reason: reading.good },
    );
    this.note(reading, holds, now);
  }

  /** What the status shows is as fresh as the last look, while the alert's own reason is that of its change. */
  private note({ group, bad, good }: Reading, holds: boolean, now: Millis): void {
    const status = this.book.statusOf(group);
    if (status === 'inactive' || status === 'pending') return void this.openOnes.delete(group);
    const since = this.openOnes.get(group)?.since ?? new Date(this.book.startOf(group) ?? now).toISOString();
    this.openOnes.set(group, { rule: this.name, group, since, reason: holds ? bad : `recovering: ${good}` });
  }

  snapshot(): unknown {
    return { fingerprint: this.fingerprint, book: this.book.snapshot() };
  }

  restore(snapshot: unknown): void {
    const saved = snapshot as { fingerprint: string; book: unknown } | undefined;
    if (saved?.fingerprint === this.fingerprint) this.book.restore(saved.book);
  }
}
