import type { Millis } from '../../model.ts';
import { TimerQueue } from '../timer-queue.ts';
import type { Grid } from './grid.ts';
import type { Group } from './groups.ts';

/** Window ends at which the windows of groups are closed with a value although no pane of theirs enters or leaves. */
export class Timers<C> {
  /** Number of pending timers. */
  size = 0;
  readonly #queue = new TimerQueue<Group<C>>();
  readonly #grid: Grid;
  readonly #recorded: Grid | undefined;
  /** The pane asked for last: groups come to the same pane one after the other. */
  #lastPane = Number.NaN;
  #lastRecordedEnd: Millis = Number.NaN;

  /** `recorded`: where the recorded windows lie, if not all are recorded. */
  constructor(grid: Grid, recorded: Grid | undefined) {
    this.#grid = grid;
    this.#recorded = recorded;
  }

  /**
   * The group has a new entry in the pane with that number: adds the end of the recorded window with that pane, if it is
   * after `closed`.
   */
  addRecorded(group: Group<C>, pane: number, closed = Number.NEGATIVE_INFINITY): void {
    if (this.#recorded === undefined) return;
    if (pane !== this.#lastPane) {
      this.#lastPane = pane;
      this.#lastRecordedEnd = this.#grid.endFrom(
        this.#recorded.firstEnd(this.#recorded.paneOf(pane * this.#grid.pane)),
      );
    }
    if (this.#lastRecordedEnd === group.recordedEnd || this.#lastRecordedEnd <= closed) return;
    group.recordedEnd = this.#lastRecordedEnd;
    this.add(group, group.recordedEnd);
  }

  add(group: Group<C>, end: Millis): void {
    if (!group.addTimer(end)) return;
    this.size += 1;
    this.#queue.add(end, group);
  }

  nextUpTo(time: Millis): Millis | undefined {
    return this.#queue.nextUpTo(time);
  }

  /** Removes the timers of that end, and calls `due` for their groups. */
  takeAt(end: Millis, due: (group: Group<C>) => void): void {
    if (this.#queue.nextUpTo(end) !== undefined) this.#queue.takeFirst().forEach(due);
  }

  /** Drops the timers of a group whose window with that end was closed. */
  drop(group: Group<C>, end: Millis): void {
    if (group.timers !== undefined) this.size -= group.dropTimers(end);
  }

  /** Replaces the timers of a group. Those that it had stay in the queue, and do nothing there. */
  replace(group: Group<C>, ends: readonly Millis[]): void {
    this.drop(group, Number.POSITIVE_INFINITY);
    for (const end of ends) this.add(group, end);
  }

  clear(): void {
    this.#queue.clear();
    this.size = 0;
  }
}
