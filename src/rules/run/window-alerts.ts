import type { LogEvent, Millis, Output, Scalar, WindowValue } from '../../model.ts';
import type { Snapshot } from '../../util/snapshot.ts';
import type { Amount } from '../../windows/aggregates/aggregate.ts';
import type { Windows } from '../../windows/windows.ts';
import { observationOf } from '../alert/machine.ts';
import type { CompiledRule } from '../compile.ts';
import type { Corrector } from '../correction/corrector.ts';
import { isSaveDue, saveAlert } from '../correction/rejudge.ts';
import type { Series } from '../correction/series.ts';
import type { AlertBook } from './alert-book.ts';
import type { Observer } from './observer.ts';
import type { Kept } from './run.ts';
import { type WindowAlertsState, WindowPeaks, windowAlertsFormat } from './window-peaks.ts';

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

/** The alert book is swept after so many windows with something new in them, */
const updatesBetweenSweeps = 5_000;
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
  #updates = 0;
  readonly peaks: WindowPeaks | undefined;

  constructor(parts: WindowAlertsParts) {
    this.#parts = parts;
    const { rule, book } = parts;
    if (rule.config.record && rule.every < rule.over && rule.condition)
      this.peaks = new WindowPeaks(rule, book.judge);
  }

  /** Says, of windows that never closed one, up to which end all are closed. */
  startAfter(end: Millis): void {
    this.#parts.windows.startAfter(end);
    this.peaks?.startAfter(end);
  }

  get kept(): Kept {
    const { windows, book } = this.#parts;
    return { groups: windows.groups, overflowed: windows.overflowed, ...book.kept };
  }

  get due(): Millis {
    const { rule, windows, corrector } = this.#parts;
    const due = windows.closedThrough + rule.every;
    return (corrector === undefined ? due : Math.min(due, corrector.queue.due)) + rule.config.lateness;
  }

  get waiting(): boolean {
    const { windows, book, corrector } = this.#parts;
    return windows.waiting || book.hasUnreported || corrector?.queue.waiting === true;
  }

  get lateQueue(): Corrector['queue'] | undefined {
    return this.#parts.corrector?.queue;
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
    this.#parts.corrector?.queue.recordReceived(receivedAt, outputs);
  }

  /** Events of windows that are closed are not the rule's. */
  forgetPast(): void {
    this.#parts.corrector?.forgetPast();
  }

  /** Gives back memory that is shared with other rules. */
  release(): void {
    this.#parts.windows.plan.share?.release();
    this.#parts.book.episodes.release();
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
    this.#updates += moved;
    this.closed += moved;
    // Once a hop, so that many late events do not write one document each.
    if (windows.closedThrough > before) book.reportLate(windows.closedThrough, outputs);
    corrector?.queue.advance(watermark, outputs);
    if (this.#isNewStretch(before)) {
      this.peaks?.trim(windows.closedThrough);
      corrector?.trim(windows.closedThrough);
    }
    if (this.#updates < updatesBetweenSweeps || !this.#isNewStretch(before)) return;
    this.#updates = 0;
    book.sweep(windows.closedThrough, (group) => windows.has(group) || isTracked(group));
  }

  snapshot(): Snapshot<WindowAlertsState> {
    const { windows, book, corrector } = this.#parts;
    const parts = { windows: windows.snapshot(), book: book.snapshot() };
    const corrections = corrector && { corrections: corrector.snapshot() };
    const kept = this.peaks?.state();
    const peaks = kept && { peaks: kept };
    return windowAlertsFormat.write({
      ...parts,
      late: this.late,
      updates: this.#updates,
      ...corrections,
      ...peaks,
    });
  }

  restore(snapshot: Snapshot<unknown>): void {
    const saved = windowAlertsFormat.read(snapshot);
    this.#parts.windows.restore(saved.windows);
    this.#parts.book.restore(saved.book);
    this.late = saved.late;
    this.#updates = saved.updates;
    this.peaks?.restore(saved.peaks);
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
      const slo = book.judge.figuresOf?.(window.group, window.end);
      const result = {
        ...window,
        ...{ rule: name, measure, ...book.judge.bound },
        by: book.fieldsOf(window.group),
        ...this.peaks?.take(window),
      };
      const shown = slo ? { ...result, measure: 'share of bad events', slo } : result;
      outputs.push({ kind: 'window', window: shown });
    }
    this.peaks?.note(window);
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
