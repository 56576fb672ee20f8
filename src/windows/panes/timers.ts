import type { Millis } from '../../model.ts';
import { TimerQueue } from '../timer-queue.ts';
import type { Grid } from './grid.ts';
import type { Group } from './groups.ts';

/** Window ends at which groups are to be visited although nothing of theirs enters or leaves. */
export class Timers<C> {
  /** Number of those to come. */
  size = 0;
  readonly #queue = new TimerQueue<Group<C>>();
  readonly #grid: Grid;
  readonly #recorded: Grid | undefined;
  /** Groups come to the same pane one after the other. */
  #lastPane = Number.NaN;
  #lastRecordedEnd: Millis = Number.NaN;

  /** `recorded`: where the stretches of a timeline lie whose ends are to be seen. */
  constructor(grid: Grid, recorded: Grid | undefined) {
    this.#grid = grid;
    this.#recorded = recorded;
  }

  /** The group has a new entry of the pane with that number: the end of its tile is to be seen. */
  addRecorded(group: Group<C>, pane: number): void {
    if (this.#recorded === undefined) return;
    if (pane !== this.#lastPane) {
      this.#lastPane = pane;
      this.#lastRecordedEnd = this.#grid.endFrom(
        this.#recorded.firstEnd(this.#recorded.paneOf(pane * this.#grid.pane)),
      );
    }
    if (this.#lastRecordedEnd === group.recordedEnd) return;
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

  /** Tells who is to be visited at that end. */
  takeAt(end: Millis, due: (group: Group<C>) => void): void {
    if (this.#queue.nextUpTo(end) !== undefined) this.#queue.takeFirst().forEach(due);
  }

  /** The group was visited. */
  visited(group: Group<C>, end: Millis): void {
    if (group.timers !== undefined) this.size -= group.dropTimers(end);
  }

  clear(): void {
    this.#queue.clear();
    this.size = 0;
  }
}
