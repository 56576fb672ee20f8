import type { LogEvent, Millis, Observation, Output, Scalar, WindowValue } from '../../model.ts';
import { nested, number, objectOf, type Snapshot, SnapshotFormat } from '../../util/snapshot.ts';
import type { Amount } from '../../windows/aggregates/aggregate.ts';
import type { Windows } from '../../windows/windows.ts';
import type { CompiledRule } from '../compile.ts';
import type { AlertBook } from './alert-book.ts';
import type { Observer } from './observer.ts';
import type { Kept } from './run.ts';

interface WindowAlertsParts {
  rule: CompiledRule;
  windows: Windows;
  book: AlertBook;
  observer: Observer | undefined;
  /** Groups that something else than the windows still needs. */
  isTracked: (group: string) => boolean;
}

export interface WindowAlertsState {
  windows: ReturnType<Windows['snapshot']>;
  book: ReturnType<AlertBook['snapshot']>;
  late: number;
  /** Windows with something new in them since the last sweep. */
  visits: number;
}

const format = new SnapshotFormat({
  component: 'The windows and alerts of a rule',
  schema: objectOf<WindowAlertsState>({ windows: nested(), book: nested(), late: number, visits: number }),
});

/** Alerts at rest are looked through for forgettable ones after so many windows with something new in them, */
const visitsBetweenSweeps = 5_000;
/** and no more often than once in a window's length, or in such a stretch: little can be forgotten in less. */
const longestBetweenSweeps = 60_000;

/** Counts in windows, and looks at each one that is over: what all kinds do that judge stretches of time. */
export class WindowAlerts {
  late = 0;
  closed = 0;
  readonly #parts: WindowAlertsParts;
  /** In the snapshot, for what is forgotten and when must not depend on restarts. */
  #visits = 0;

  constructor(parts: WindowAlertsParts) {
    this.#parts = parts;
  }

  get kept(): Kept {
    return { groups: this.#parts.windows.groups, ...this.#parts.book.kept };
  }

  get due(): Millis {
    const { rule, windows } = this.#parts;
    return windows.closedThrough + rule.every + rule.config.lateness;
  }

  get waiting(): boolean {
    return this.#parts.windows.waiting || this.#parts.book.hasUntold;
  }

  get closedThrough(): Millis {
    return this.#parts.windows.closedThrough;
  }

  /** Counts at that time. `by` are the fields of the group, where they are not those that the rule groups by. */
  put(
    time: Millis,
    group: string,
    amount: Amount,
    event: LogEvent,
    by?: () => Record<string, Scalar>,
  ): boolean {
    const { rule, windows, book, observer } = this.#parts;
    const added = windows.add(time, group, amount);
    if (observer !== undefined)
      observer.took?.({ rule: rule.config.name, group, event, amount, outcome: added });
    if (added === 'late') this.missed(group, time);
    if (added !== 'added') return false;
    // No closure for each event: a group is mostly known already.
    if (!book.knows(group)) book.know(group, by ?? (() => rule.group(event).by));
    if (rule.condition) book.keep(group, event);
    return true;
  }

  /** An event came too late to be counted. */
  missed(group: string, time: Millis): void {
    this.late += 1;
    this.#parts.book.late(group, time, this.closedThrough);
  }

  /** Counts what belongs to no one event. */
  count(time: Millis, group: string): void {
    this.#parts.windows.add(time, group, 1);
  }

  /** It is certain that something will be counted there: that is worth knowing before it is. */
  raise(time: Millis, group: string, outputs: Output[]): void {
    const { rule, book } = this.#parts;
    if (!book.rests(group)) return;
    const end = (Math.floor(time / rule.every) + 1) * rule.every;
    this.#look({ group, start: end - rule.over, end, value: 1, count: 1 }, true, outputs);
  }

  /** The newest window may have become true with this event; that is worth knowing before it is over. */
  lookEarly(group: string, outputs: Output[]): void {
    const { rule, windows, book } = this.#parts;
    if (!book.rests(group)) return;
    const head = windows.newestOpen(group);
    if (head?.value !== undefined && rule.condition!.test(head.value)) this.#look(head, true, outputs);
  }

  /** Closes the windows that no event at or after that time can change any more. */
  advance(watermark: Millis, outputs: Output[]): void {
    const { windows, book, isTracked } = this.#parts;
    const before = windows.closedThrough;
    const moved = windows.advance(watermark, (window) => this.#close(window, outputs));
    this.#visits += moved;
    this.closed += moved;
    // Once a hop, so that a flood of late events does not write a document for each.
    if (windows.closedThrough > before) book.tellLate(windows.closedThrough, outputs);
    if (this.#visits < visitsBetweenSweeps || !this.#isNewStretch(before)) return;
    this.#visits = 0;
    book.sweep(windows.closedThrough, (group) => windows.has(group) || isTracked(group));
  }

  snapshot(): Snapshot<WindowAlertsState> {
    const { windows, book } = this.#parts;
    const parts = { windows: windows.snapshot(), book: book.snapshot() };
    return format.write({ ...parts, late: this.late, visits: this.#visits });
  }

  restore(snapshot: Snapshot<unknown>): void {
    const saved = format.read(snapshot);
    this.#parts.windows.restore(saved.windows);
    this.#parts.book.restore(saved.book);
    this.late = saved.late;
    this.#visits = saved.visits;
  }

  #close(window: WindowValue, outputs: Output[]): void {
    const { rule, book } = this.#parts;
    if (rule.condition) this.#look(window, false, outputs);
    // Windows that end at multiples of their length tile the timeline: the others say nothing new.
    if (rule.config.record && window.end % rule.over === 0 && window.count > 0) {
      const { name, measure } = rule.config;
      outputs.push({
        kind: 'window',
        window: { ...window, rule: name, measure, by: book.byOf(window.group) },
      });
    }
  }

  /** Whether one ended since then. Where they lie is fixed, so that when it is does not depend on restarts. */
  #isNewStretch(before: Millis): boolean {
    const stretch = Math.min(this.#parts.rule.over, longestBetweenSweeps);
    return Math.floor(this.closedThrough / stretch) > Math.floor(before / stretch);
  }

  #look({ group, start, end, value, count }: WindowValue, early: boolean, outputs: Output[]): void {
    const { rule, windows, book } = this.#parts;
    const window = { start, end };
    const observation: Observation = { at: end, since: end - rule.every, window, value, count, early };
    for (const again of book.look(group, observation, outputs)) windows.schedule(group, again);
  }
}
