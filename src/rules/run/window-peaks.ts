import * as z from 'zod';
import type { Millis, WindowValue } from '../../model.ts';
import { nested, number, objectOf, renamedKey, type Snapshot, SnapshotFormat } from '../../util/snapshot.ts';
import type { Windows } from '../../windows/windows.ts';
import type { CompiledRule } from '../compile.ts';
import type { Judge } from '../judge.ts';
import type { AlertBook } from './alert-book.ts';

/** Plain data. */
interface Peak {
  /** End of the recorded window that shows it. */
  end: Millis;
  value: number;
}

type WindowPeaksState = [group: string, peak: Peak][];

const windowPeaksState: z.ZodType<WindowPeaksState> = z.array(
  z.tuple([z.string(), objectOf<Peak>({ end: number, value: number })]),
);

type Rule = Pick<CompiledRule, 'over' | 'every' | 'condition' | 'config'>;

/**
 * What happened between two recorded windows: of the windows from the one to the other in which the condition held, the value
 * farthest beyond it. Windows slide by `every`, and only those that end at multiples of `over` are recorded, so that an alert
 * may be due to a window without a document.
 */
export class WindowPeaks {
  readonly #rule: Rule;
  readonly #judge: Pick<Judge, 'holds'>;
  readonly #peaks = new Map<string, Peak>();
  /** Windows up to here were not seen, so that a stretch with them has no known peak. */
  #unseen: Millis = Number.NEGATIVE_INFINITY;
  readonly #isNeeded: boolean;

  constructor(rule: Rule, judge: Pick<Judge, 'holds'>) {
    this.#rule = rule;
    this.#judge = judge;
    this.#isNeeded = rule.config.record && rule.every < rule.over && rule.condition !== undefined;
  }

  /** Windows are closed from that end on. */
  startAfter(end: Millis): void {
    this.#unseen = end;
  }

  /** Takes a window that is over. */
  note({ group, end, value, count }: WindowValue): void {
    if (!this.#isNeeded || value === undefined || !this.#judge.holds?.(value, count)) return;
    const { over } = this.#rule;
    // The value of a recorded window lasts beyond it, and windows with the same events are not closed again.
    const recorded = end % over === 0 ? end + over : Math.ceil(end / over) * over;
    const known = this.#peaks.get(group);
    const { distance } = this.#rule.condition!;
    if (known?.end === recorded && distance(value) <= distance(known.value)) return;
    this.#peaks.set(group, { end: recorded, value });
  }

  /** The peak that a recorded window shows, before it is noted: where that is another value than its own, and farther beyond. */
  take({ group, end, value }: WindowValue): { peak?: number } {
    const known = this.#peaks.get(group);
    if (known === undefined) return {};
    this.#peaks.delete(group);
    const isWhole = this.#unseen <= end - this.#rule.over;
    if (known.end !== end || !isWhole) return {};
    const { distance } = this.#rule.condition!;
    const isFarther = value === undefined || distance(known.value) > distance(value);
    return isFarther ? { peak: known.value } : {};
  }

  /**
   * Replaces the peak of a group whose windows after `from` were judged again. Where the recorded window began before `from`, the peak
   * farther beyond the bound stays.
   */
  correct(group: string, again: WindowPeaks, from: Millis): void {
    const [known, found] = [this.#peaks.get(group), again.#peaks.get(group)];
    const isWhole = known === undefined || known.end - this.#rule.over >= from;
    if (isWhole && found === undefined) this.#peaks.delete(group);
    if (found === undefined) return;
    const { distance } = this.#rule.condition!;
    if (isWhole || found.end !== known.end || distance(found.value) > distance(known.value))
      this.#peaks.set(group, found);
  }

  /** Forgets those of recorded windows that were not closed, because they have no events. */
  trim(closed: Millis): void {
    for (const [group, { end }] of this.#peaks) if (end <= closed) this.#peaks.delete(group);
  }

  /** Undefined: there is none. */
  state(): WindowPeaksState | undefined {
    return this.#peaks.size === 0 ? undefined : [...this.#peaks].map(([group, peak]) => [group, { ...peak }]);
  }

  restore(state: WindowPeaksState = []): void {
    this.#peaks.clear();
    for (const [group, peak] of state) this.#peaks.set(group, peak);
  }
}

export interface WindowAlertsState {
  windows: ReturnType<Windows['snapshot']>;
  book: ReturnType<AlertBook['snapshot']>;
  late: number;
  /** Windows with something new in them since the last sweep. */
  updates: number;
  /** Missing where late events correct nothing. */
  corrections?: Snapshot<unknown> | undefined;
  /** Missing where there is none. */
  peaks?: WindowPeaksState | undefined;
}

export const windowAlertsFormat = new SnapshotFormat({
  component: 'The windows and alerts of a rule',
  schema: objectOf<WindowAlertsState>({
    windows: nested(),
    book: nested(),
    late: number,
    updates: number,
    corrections: nested<unknown>().optional(),
    peaks: windowPeaksState.optional(),
  }),
  migrations: [renamedKey('visits', 'updates')],
});
