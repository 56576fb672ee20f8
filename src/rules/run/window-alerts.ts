import type { LogEvent, Millis, Observation, Output, Scalar, WindowValue } from '../../model.ts';
import { nested, number, objectOf, type Snapshot, SnapshotFormat } from '../../util/snapshot.ts';
import type { Amount } from '../../windows/aggregates/aggregate.ts';
import type { Windows } from '../../windows/windows.ts';
import type { CompiledRule } from '../compile.ts';
import type { Corrector } from '../correction/corrector.ts';
import { isSaveDue, saveAlert } from '../correction/rejudge.ts';
import type { Series } from '../correction/series.ts';
import type { AlertBook } from './alert-book.ts';
import type { Observer } from './observer.ts';
import type { Kept } from './run.ts';

interface WindowAlertsParts {
  rule: CompiledRule;
  windows: Windows;
  book: AlertBook;
  observer: Observer | undefined;
  /** Counts late events; and where alerts of the past are saved for it. */
  corrector?: Corrector | undefined;
  series?: Series | undefined;
  /** Groups that something else than the windows still needs. */
  isTracked: (group: string) => boolean;
}

export interface WindowAlertsState {
  windows: ReturnType<Windows['snapshot']>;
  book: ReturnType<AlertBook['snapshot']>;
  late: number;
  /** Windows with something new in them since the last sweep. */
  visits: number;
  /** Missing where late events correct nothing. */
  corrections?: Snapshot<unknown> | undefined;
}

const format = new SnapshotFormat({
  component: 'The windows and alerts of a rule',
  schema: objectOf<WindowAlertsState>({
    windows: nested(),
    book: nested(),
    late: number,
    visits: number,
    corrections: nested<unknown>().optional(),
  }),
});

/** The alert book is swept after so many windows with something new in them, */
const visitsBetweenSweeps = 5_000;
/** and at most once in a window's length, or in this time if that is shorter: little can be forgotten in less. */
const longestBetweenSweeps = 60_000;

/**
 * The windows of a rule and their alerts: counts events in windows, and observes each window that is over. All kinds use
 * it that judge windows. Outputs are appended in the order of the ends of windows, then of groups.
 */
export class WindowAlerts {
  late = 0;
  closed = 0;
  readonly #parts: WindowAlertsParts;
  /** Part of the snapshot, because what is forgotten and when must not depend on restarts. */
  #visits = 0;

  constructor(parts: WindowAlertsParts) {
    this.#parts = parts;
  }

  get kept(): Kept {
    return { groups: this.#parts.windows.groups, ...this.#parts.book.kept };
  }

  get due(): Millis {
    const { rule, windows, corrector } = this.#parts;
    const due = windows.closedThrough + rule.every;
    return (corrector === undefined ? due : Math.min(due, corrector.due)) + rule.config.lateness;
  }

  get waiting(): boolean {
    const { windows, book, corrector } = this.#parts;
    return windows.waiting || book.hasUnreported || corrector?.waiting === true;
  }

  get corrected(): number {
    return this.#parts.corrector?.corrected ?? 0;
  }

  get closedThrough(): Millis {
    return this.#parts.windows.closedThrough;
  }

  /**
   * Counts an event at that time, and returns whether it was counted. `by` gives the fields of the group where they are not
   * those that the rule groups by.
   */
  add(
    time: Millis,
    group: string,
    amount: Amount,
    event: LogEvent,
    by?: () => Record<string, Scalar>,
  ): boolean {
    const { rule, windows, book, observer } = this.#parts;
    const added = windows.add(time, group, amount, event.receivedAt);
    if (observer !== undefined)
      observer.counted?.({ rule: rule.config.name, group, event, amount, outcome: added });
    if (added === 'late') this.countLate(group, time);
    if (added !== 'added') return false;
    // Most groups are known already, so that no closure is made for each event.
    if (!book.hasFields(group)) book.setFields(group, by ?? (() => rule.group(event).by));
    if (rule.condition) book.keepSample(group, event, rule.evidence(amount));
    return true;
  }

  /** Takes an event of a window that is closed, if it can still be counted. It is counted before long. */
  takeLate(
    time: Millis,
    group: string,
    amount: Amount,
    event: LogEvent,
    by?: () => Record<string, Scalar>,
  ): boolean {
    const { rule, corrector, observer } = this.#parts;
    if (corrector === undefined || !(time < this.closedThrough)) return false;
    if (!corrector.take(time, group, amount, event, by ?? (() => rule.group(event).by))) return false;
    if (observer !== undefined)
      observer.counted?.({ rule: rule.config.name, group, event, amount, outcome: 'corrected' });
    return true;
  }

  recordReceived(receivedAt: Millis, outputs: Output[]): void {
    this.#parts.corrector?.recordReceived(receivedAt, outputs);
  }

  /** Events of windows that are closed are not the rule's. */
  forgetPast(): void {
    this.#parts.windows.history?.beginAt(this.closedThrough);
  }

  /** Gives back memory that is shared with other rules. */
  release(): void {
    this.#parts.windows.history?.release();
    this.#parts.corrector?.release();
  }

  /** An event came too late to be counted. */
  countLate(group: string, time: Millis): void {
    this.late += 1;
    this.#parts.book.countLate(group, time, this.closedThrough);
  }

  /** Counts one at that time, without an event. */
  addOne(time: Millis, group: string): void {
    this.#parts.windows.add(time, group, 1);
  }

  /** Raises an inactive alert at that time, because it is certain that something will be counted there. */
  raiseEarly(time: Millis, group: string, outputs: Output[]): void {
    const { rule, book } = this.#parts;
    if (!book.isInactive(group)) return;
    const end = (Math.floor(time / rule.every) + 1) * rule.every;
    this.#observe({ group, start: end - rule.over, end, value: 1, count: 1 }, time, outputs);
  }

  /** Raises an inactive alert if the last event made the condition true for a window that is not over yet. */
  observeEarly(group: string, event: LogEvent, outputs: Output[]): void {
    const { rule, windows, book } = this.#parts;
    if (!book.isInactive(group)) return;
    const head = windows.newestOpen(group, event);
    if (head?.value !== undefined && rule.condition!.test(head.value))
      this.#observe(head, event.time, outputs);
  }

  /** Closes the windows that end at or before the watermark. */
  advance(watermark: Millis, outputs: Output[]): void {
    const { windows, book, isTracked, corrector } = this.#parts;
    const before = windows.closedThrough;
    const moved = windows.advance(watermark, (window) => this.#close(window, outputs));
    this.#visits += moved;
    this.closed += moved;
    // Once a hop, so that many late events do not write one document each.
    if (windows.closedThrough > before) book.reportLate(windows.closedThrough, outputs);
    corrector?.advance(watermark, outputs);
    if (corrector !== undefined && this.#isNewStretch(before)) corrector.trim(windows.closedThrough);
    if (this.#visits < visitsBetweenSweeps || !this.#isNewStretch(before)) return;
    this.#visits = 0;
    book.sweep(windows.closedThrough, (group) => windows.has(group) || isTracked(group));
  }

  snapshot(): Snapshot<WindowAlertsState> {
    const { windows, book, corrector } = this.#parts;
    const parts = { windows: windows.snapshot(), book: book.snapshot() };
    const corrections = corrector && { corrections: corrector.snapshot() };
    return format.write({ ...parts, late: this.late, visits: this.#visits, ...corrections });
  }

  restore(snapshot: Snapshot<unknown>): void {
    const saved = format.read(snapshot);
    this.#parts.windows.restore(saved.windows);
    this.#parts.book.restore(saved.book);
    this.late = saved.late;
    this.#visits = saved.visits;
    const { corrector } = this.#parts;
    if (corrector === undefined) return;
    if (saved.corrections !== undefined) corrector.restore(saved.corrections);
    // Late events cannot correct what was before.
    else
      for (const group of this.#parts.book.groups)
        saveAlert(this.#parts, corrector.series, group, this.closedThrough);
  }

  #close(window: WindowValue, outputs: Output[]): void {
    const { rule, book } = this.#parts;
    if (rule.condition) this.#observe(window, undefined, outputs);
    // Windows that end at multiples of their length cover the timeline without overlap. Only these are recorded.
    if (rule.config.record && window.end % rule.over === 0 && window.count > 0) {
      const { name, measure } = rule.config;
      outputs.push({
        kind: 'window',
        window: { ...window, rule: name, measure, by: book.fieldsOf(window.group) },
      });
    }
  }

  /** Whether a stretch ended since then. Stretches are aligned to the epoch, so that sweeps do not depend on restarts. */
  #isNewStretch(before: Millis): boolean {
    const stretch = Math.min(this.#parts.rule.over, longestBetweenSweeps);
    return Math.floor(this.closedThrough / stretch) > Math.floor(before / stretch);
  }

  /** `decided`: time of the event with which a window is observed before it is over. */
  #observe(value: WindowValue, decided: Millis | undefined, outputs: Output[]): void {
    const { rule, windows, book, series } = this.#parts;
    const { group, end } = value;
    const observation = observationOf(value, end - rule.every, decided);
    const before = series && book.stateOf(group);
    for (const again of book.observe(group, observation, outputs)) windows.schedule(group, again);
    if (series === undefined || decided !== undefined) return;
    if (book.stateOf(group) !== before || isSaveDue(this.#parts, series, group, end))
      saveAlert(this.#parts, series, group, end);
  }
}

function observationOf(
  { start, end, value, count, about }: WindowValue,
  since: Millis,
  decided: Millis | undefined,
): Observation {
  const early = decided === undefined ? { early: false } : { early: true, decided };
  const observation: Observation = { at: end, since, window: { start, end }, value, count, ...early };
  return about ? { ...observation, about } : observation;
}
