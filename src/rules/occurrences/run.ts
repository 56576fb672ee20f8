import type { CommonSettings } from '../../config/schema/rule-settings.ts';
import type { FieldValue, LogEvent, Millis, Output } from '../../model.ts';
import { presentValues } from '../../util/levels.ts';
import { nested, number, objectOf, type Snapshot, SnapshotFormat } from '../../util/snapshot.ts';
import type { Windows } from '../../windows/windows.ts';
import { comparableText, shortened } from '../group.ts';
import type { Kept, RunParts } from '../run/run.ts';
import type { WindowAlertsState } from '../run/window-peaks.ts';
import { WindowRun, windowParts } from '../run/window-run.ts';
import { type Occurrence, OccurrenceJudge, type Tracker } from './judge.ts';
import { OccurrencePast } from './past.ts';

/** What a kind of rule follows. */
interface Followed {
  field: string;
  tracker: Tracker;
  /** Length of the panes in which late values wait. */
  pane: Millis;
  /** The values of a field that are tracked one by one. */
  valuesOf(found: FieldValue, field: string): string[];
  /** An occurrence in words. */
  describe(occurrence: Pick<Occurrence, 'value' | 'from'>): string;
}

interface RunState {
  tracker: Snapshot<unknown>;
  alerts: Snapshot<WindowAlertsState>;
  /** Late events that a version before counted here. */
  late?: number | undefined;
}

const format = new SnapshotFormat({
  component: 'A rule that counts occurrences',
  schema: objectOf<RunState>({ tracker: nested(), alerts: nested(), late: number.optional() }),
});

/**
 * A rule about what happens to a value over time. Final occurrences are counted in windows, so that the alert is active
 * until there was none for the quiet time. Certain occurrences raise the alert at once.
 */
export class OccurrenceRun extends WindowRun {
  readonly #followed: Followed;
  readonly #judge: OccurrenceJudge;

  constructor(parts: RunParts<CommonSettings>, followed: Followed) {
    const { rule } = parts;
    const { tracker, pane, describe: words } = followed;
    const judge = new OccurrenceJudge(rule.over);
    let past: OccurrencePast | undefined;
    const beside = {
      isTracked: (group: string) => tracker.has(group),
      past: (windows: Windows) => {
        past = new OccurrencePast({ rule, windows, tracker, judge, pane, words });
        return past;
      },
    };
    super(windowParts(parts, () => past?.freshJudge() ?? judge, beside));
    this.#followed = followed;
    this.#judge = judge;
  }

  override get waiting(): boolean {
    return this.#followed.tracker.waiting || super.waiting;
  }

  override get kept(): Kept {
    const { overflowed, forgotten } = this.#followed.tracker;
    const kept = super.kept;
    return { ...kept, overflowed: kept.overflowed + overflowed, forgotten: kept.forgotten + forgotten };
  }

  override release(): void {
    super.release();
    // Where late events are counted, the corrector has released it.
    if (this.parts.correction === undefined) this.#followed.tracker.release();
  }

  add(event: LogEvent, outputs: Output[], inOrder: boolean): void {
    const { rule, book, observer } = this.parts;
    const { field, tracker, valuesOf } = this.#followed;
    if (!rule.filter(event)) return;
    const group = rule.key(event);
    const values = valuesOf(event.get(field), field);
    if (values.length === 0 && observer !== undefined)
      observer.counted?.({ rule: this.name, group, event, amount: undefined, outcome: 'missing' });
    for (const value of values) {
      const { outcome, occurrence, earliest } = tracker.add(event.time, group, value);
      if (observer !== undefined && outcome !== 'late')
        observer.counted?.({ rule: this.name, group, event, amount: value, outcome });
      if (outcome === 'late' && this.#takeLate(group, value, event)) continue;
      if (outcome !== 'added') return;
      if (!book.hasFields(group)) book.setFields(group, () => rule.group(event).by);
      if (occurrence) this.#raise(occurrence, event, inOrder ? earliest! : undefined, outputs);
    }
  }

  /** Occurrences become final at the ends of hops, as windows are closed. */
  override advance(now: Millis, outputs: Output[]): void {
    const { rule, alerts } = this.parts;
    const watermark = now - rule.config.lateness;
    const through = Math.floor(watermark / rule.every) * rule.every;
    let found: Occurrence[] = [];
    this.#followed.tracker.complete(through, {
      occurrence: (occurrence) => found.push(occurrence),
      group: (group, until) => {
        this.#count(group, until, found);
        found = [];
      },
      // Windows close hop by hop, so that each is judged by what was known at its end.
      passed: (until) => alerts.advance(until, outputs),
    });
    alerts.advance(watermark, outputs);
  }

  override snapshot(): Snapshot<RunState> {
    const tracker = this.#followed.tracker.snapshot();
    return format.write({ tracker, alerts: this.parts.alerts.snapshot() });
  }

  override restore(snapshot: Snapshot<unknown>): void {
    const { tracker, alerts, late } = format.read(snapshot);
    this.#followed.tracker.restore(tracker);
    this.parts.alerts.restore(alerts);
    this.parts.alerts.late += late ?? 0;
  }

  /** Counts an event that changes what was complete, or that came too late for that. */
  #takeLate(group: string, value: string, event: LogEvent): boolean {
    const { alerts, observer } = this.parts;
    if (alerts.takeLate(event.time, group, value, event)) return true;
    alerts.countLate(group, event.time);
    observer?.counted?.({ rule: this.name, group, event, amount: value, outcome: 'late' });
    return false;
  }

  /** Raises the alert where the occurrence is in its window for certain. */
  #raise(occurrence: Occurrence, event: LogEvent, earliest: Millis | undefined, outputs: Output[]): void {
    const { rule, alerts, book } = this.parts;
    const { group, time } = occurrence;
    if (rule.hours && !rule.hours.at(time)) return;
    book.keepSample(group, event, {});
    this.#judge.note(group, time, this.#followed.describe(occurrence), true);
    const end = (Math.floor(time / rule.every) + 1) * rule.every;
    if (earliest !== undefined && earliest >= end - rule.over) alerts.raiseEarly(time, group, outputs);
  }

  #count(group: string, until: Millis, found: readonly Occurrence[]): void {
    const { rule, alerts } = this.parts;
    // What happened outside the active hours is remembered by the tracker, but raises nothing.
    const counted = found.filter(({ time }) => rule.hours === undefined || rule.hours.at(time));
    const final = counted.map((one) => ({ time: one.time, words: this.#followed.describe(one) }));
    this.#judge.complete(group, until, final);
    for (const { time } of counted) alerts.addOne(time, group);
  }
}

/** The text of each value of a field, as it is compared, shortened. */
export function textsOf(found: FieldValue, field: string): string[] {
  return presentValues(found).map((value) => shortened(comparableText(value, field)));
}

/** A value in the words of a reason, cut to 100 characters. */
export function quoted(value: string): string {
  return JSON.stringify(value.length > 100 ? `${value.slice(0, 99)}…` : value);
}
