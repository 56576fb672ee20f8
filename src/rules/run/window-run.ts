import type { Evidence } from '../../alerts/entry.ts';
import { Episodes } from '../../alerts/episodes.ts';
import type { CommonSettings } from '../../config/schema/rule-settings.ts';
import type { LogEvent, Millis, Output, Scalar } from '../../model.ts';
import type { Snapshot } from '../../util/snapshot.ts';
import { Windows } from '../../windows/windows.ts';
import { Corrector } from '../correction/corrector.ts';
import { type Past, WindowPast } from '../correction/past.ts';
import { keepForOf, retentionOf } from '../correction/settings.ts';
import type { Judge } from '../judge.ts';
import type { Key } from '../kql/keys.ts';
import { AlertBook } from './alert-book.ts';
import { observingAgain } from './observer.ts';
import type { Kept, Run, RunParts } from './run.ts';
import { fingerprintOf } from './run.ts';
import { WindowAlerts } from './window-alerts.ts';

interface WindowRunParts extends RunParts<CommonSettings> {
  windows: Windows;
  book: AlertBook;
  alerts: WindowAlerts;
}

/** What else than windows a rule counts by. */
interface Beside {
  /** Groups that something else than the windows still needs. */
  isTracked: (group: string) => boolean;
  /** Where what is counted comes from, if not from panes that left the windows. */
  past: (windows: Windows) => Past;
}

/** Adds windows and alerts to the parts of a run. */
export function windowParts(
  parts: RunParts<CommonSettings>,
  newJudge: () => Judge,
  beside?: Beside,
): WindowRunParts {
  const { rule, observer, correction } = parts;
  const isTracked = beside?.isTracked ?? (() => false);
  const { windows, book } = judgedBy(parts, newJudge(), { keepsPanes: beside === undefined });
  const corrector =
    correction &&
    new Corrector({
      rule,
      settings: correction,
      live: { windows, book },
      past: beside?.past(windows) ?? new WindowPast(windows),
      giveUp: (group, time, events) => {
        for (let event = 0; event < events; event += 1) alerts.countLate(group, time);
      },
      peaks: () => alerts.peaks,
      fresh: (series, evidence) => {
        const again = { ...parts, observer: observingAgain(observer), limits: undefined };
        const judged = judgedBy(again, newJudge(), { keepsPanes: false, evidence });
        const alerts = new WindowAlerts({ rule, ...judged, observer: undefined, series, isTracked });
        return { ...judged, alerts };
      },
    });
  const series = corrector?.series;
  const alerts: WindowAlerts = new WindowAlerts({
    ...{ rule, windows, book, observer, corrector, series, isTracked },
  });
  return { ...parts, windows, book, alerts };
}

function judgedBy(
  parts: RunParts<CommonSettings>,
  judge: Judge,
  { keepsPanes, evidence }: { keepsPanes: boolean; evidence?: (start: Millis) => Evidence },
): { windows: Windows; book: AlertBook } {
  const { rule, kibana, observer, correction } = parts;
  const windows = windowsOf(keepsPanes ? parts : { ...parts, correction: undefined }, judge);
  const book = new AlertBook({
    rule,
    judge,
    observer,
    // It applies to a group that is judged again, too: an ended alert that it forgets would be withdrawn.
    episodes: new Episodes(rule, kibana, retentionOf(correction, keepsPanes)),
    ...(evidence && { evidence }),
    // A group with an alert stays among the known groups, so that `maxGroups` bounds the alerts, too.
    onInactive: (group, inactive) => windows.pin(group, !inactive),
  });
  return { windows, book };
}

function windowsOf({ rule, observer, correction, limits }: RunParts<CommonSettings>, judge: Judge): Windows {
  const { over, every, measure, condition, config } = rule;
  return new Windows({
    over,
    every,
    measure,
    maxGroups: config.maxGroups,
    budget: limits?.groups,
    // An observer sees calm windows, too.
    matters: observer?.observed === undefined ? judge.holds : undefined,
    risesWithEvents: condition?.truer === 'as it grows',
    ...(config.record && { recordEvery: over }),
    ...(correction && {
      keep: { keepFor: keepForOf(correction, over), memory: correction.memory },
    }),
  });
}

/** A rule whose alerts follow from windows. The subclasses differ in what an event does to the windows. */
export abstract class WindowRun implements Run {
  readonly name: string;
  readonly fingerprint: string;
  protected readonly parts: WindowRunParts;

  constructor(parts: WindowRunParts) {
    this.parts = parts;
    this.name = parts.config.name;
    this.fingerprint = fingerprintOf(parts.config);
  }

  get keys(): readonly (readonly Key[])[] {
    return this.parts.rule.keys;
  }

  get late(): number {
    return this.parts.alerts.late;
  }

  get corrected(): number {
    return this.parts.alerts.lateQueue?.corrected ?? 0;
  }

  get lateGroups(): number {
    return this.parts.alerts.lateQueue?.size ?? 0;
  }

  get closed(): number {
    return this.parts.alerts.closed;
  }

  get waiting(): boolean {
    return this.parts.alerts.waiting;
  }

  get book(): AlertBook {
    return this.parts.book;
  }

  get openAlerts(): number {
    return this.parts.book.openAlerts;
  }

  get kept(): Kept {
    return this.parts.alerts.kept;
  }

  get due(): Millis {
    return this.parts.alerts.due;
  }

  abstract add(event: LogEvent, outputs: Output[], inOrder: boolean): void;

  advance(now: Millis, outputs: Output[]): void {
    this.parts.alerts.advance(now - this.parts.rule.config.lateness, outputs);
  }

  recordReceived(receivedAt: Millis, outputs: Output[]): void {
    this.parts.alerts.recordReceived(receivedAt, outputs);
  }

  forgetPast(): void {
    this.parts.alerts.forgetPast();
  }

  release(): void {
    this.parts.alerts.release();
  }

  /** That of the windows and alerts alone, where a subclass has no state of its own. */
  snapshot(): Snapshot<unknown> {
    return this.parts.alerts.snapshot();
  }

  restore(snapshot: Snapshot<unknown>): void {
    this.parts.alerts.restore(snapshot);
  }
}

/** A rule that adds each event of its filter to a window. */
export class CountingRun extends WindowRun {
  add(event: LogEvent, outputs: Output[], inOrder: boolean): void {
    const { rule, alerts } = this.parts;
    if (!rule.filter(event)) return;
    if (rule.keepsLate && rule.hours && !rule.hours.at(event.time)) return;
    const group = rule.key(event);
    if (event.time < alerts.closedThrough && alerts.takeLate(event.time, group, rule.amount(event), event))
      return;
    const time = rule.keepsLate ? Math.max(event.time, alerts.closedThrough) : event.time;
    const counted = alerts.add(time, group, rule.amount(event), event);
    if (time !== event.time) alerts.late += 1;
    if (counted && inOrder && rule.early) alerts.observeEarly(group, event, outputs);
  }
}

/** A rule with groups that are judged although they were never seen: from the first whole window after the start on. */
export class RosterRun extends CountingRun {
  readonly #roster: ReadonlyMap<string, Record<string, Scalar>>;

  constructor(parts: WindowRunParts, roster: ReadonlyMap<string, Record<string, Scalar>>) {
    super(parts);
    this.#roster = roster;
  }

  override advance(now: Millis, outputs: Output[]): void {
    const { alerts, rule, windows, book } = this.parts;
    const hadBegun = Number.isFinite(alerts.closedThrough);
    super.advance(now, outputs);
    if (hadBegun || !Number.isFinite(alerts.closedThrough)) return;
    // From then on a checkpoint has the timers. A window is whole that begins with the first event or after it.
    const end = Math.ceil(now / rule.every) * rule.every + rule.over;
    for (const [group, by] of this.#roster) {
      book.setFields(group, () => by);
      windows.schedule(group, end);
    }
  }
}
