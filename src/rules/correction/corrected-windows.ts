import * as z from 'zod';
import type { History, Millis, Output, WindowResult } from '../../model.ts';
import { number } from '../../util/snapshot.ts';
import { Earliest } from '../../windows/history/earliest.ts';
import type { CorrectionMemory } from '../../windows/history/memory.ts';
import type { Windows } from '../../windows/windows.ts';
import type { LateGroup } from './late-group.ts';

interface Corrected {
  end: Millis;
  revision: number;
  lateCount: number;
}

export type CorrectedWindowsState = [group: string, windows: Corrected[]][];

export const correctedWindowsState: z.ZodType<CorrectedWindowsState> = z.array(
  z.tuple([z.string(), z.array(z.object({ end: number, revision: number, lateCount: number }))]),
);

/** What is kept of a window, in bytes, roughly. */
const windowBytes = 150;

/** The recorded windows that late events changed: how often each was written, and how many late events it holds. */
export class CorrectedWindows implements History {
  /** End of recorded windows up to which it is not known any more how often they were written. */
  reach: Millis = Number.NEGATIVE_INFINITY;
  readonly #windows: Windows;
  readonly #stride: Millis;
  readonly #over: Millis | undefined;
  readonly #memory: CorrectionMemory;
  readonly #groups = new Map<string, Map<Millis, Corrected>>();
  readonly #earliest = new Earliest();

  /**
   * What ended within one stride is forgotten together. `over`: length of windows that slide, so that the recorded window after one with a late event
   * shows the peak of windows that hold it.
   */
  constructor(windows: Windows, stride: Millis, memory: CorrectionMemory, over?: Millis) {
    this.#over = over;
    this.#windows = windows;
    this.#stride = stride;
    this.#memory = memory;
    memory.join(this);
  }

  get oldest(): Millis {
    return this.#earliest.of(this.#ends());
  }

  get bound(): Millis {
    return this.#earliest.bound;
  }

  dropOldest(): number {
    this.reach = Math.max(this.reach, this.oldest + this.#stride);
    return this.trim(this.reach + 1);
  }

  /** Whether the revision of the window is known that is recorded with events of that time. */
  reaches(time: Millis): boolean {
    const end = this.#windows.plan.recordedEnd(time);
    return end === undefined || end > this.reach;
  }

  /** Of the windows that were found, the new revisions of those that late events changed. */
  correct(late: LateGroup, found: readonly Output[]): Output[] {
    const events = this.#eventsByWindow(late);
    const over = this.#over;
    if (over !== undefined)
      for (const end of [...events.keys()]) if (!events.has(end + over)) events.set(end + over, 0);
    return found.flatMap((output): Output[] => {
      if (output.kind !== 'window') return [];
      const count = events.get(output.window.end);
      return count === undefined ? [] : [{ kind: 'window', window: this.#revised(output.window, count) }];
    });
  }

  /** Forgets those that ended before that time, and returns their number. */
  trim(horizon: Millis): number {
    let forgotten = 0;
    for (const [group, windows] of this.#groups) {
      for (const end of windows.keys()) if (end < horizon && windows.delete(end)) forgotten += 1;
      if (windows.size === 0) this.#groups.delete(group);
    }
    this.#memory.changed(-forgotten * windowBytes);
    return forgotten;
  }

  state(): CorrectedWindowsState {
    return [...this.#groups].map(([group, windows]) => [group, [...windows.values()]]);
  }

  restore(state: CorrectedWindowsState): void {
    this.release();
    this.#memory.join(this);
    for (const [group, windows] of state) {
      this.#groups.set(group, new Map(windows.map((window) => [window.end, window])));
      for (const { end } of windows) this.#earliest.note(end);
      this.#memory.changed(windows.length * windowBytes);
    }
  }

  /** Gives back the memory. */
  release(): void {
    this.trim(Number.POSITIVE_INFINITY);
    this.#memory.leave(this);
  }

  *#ends(): Generator<Millis> {
    for (const windows of this.#groups.values()) yield* windows.keys();
  }

  #eventsByWindow({ panes }: LateGroup): Map<Millis, number> {
    const { plan } = this.#windows;
    const events = new Map<Millis, number>();
    for (const [pane, { count }] of panes) {
      const end = plan.recordedEnd(pane * plan.grid.pane);
      if (end !== undefined) events.set(end, (events.get(end) ?? 0) + count);
    }
    return events;
  }

  /** A window with no events before was not put out. Its document is the first one. */
  #revised(window: WindowResult, late: number): WindowResult {
    const windows = this.#groups.get(window.group) ?? new Map<Millis, Corrected>();
    this.#groups.set(window.group, windows);
    const written = window.count > late ? 1 : 0;
    const { revision, lateCount } = windows.get(window.end) ?? { revision: written, lateCount: 0 };
    const next = { end: window.end, revision: revision + 1, lateCount: lateCount + late };
    const isNew = !windows.has(window.end);
    windows.set(window.end, next);
    this.#earliest.note(window.end);
    if (isNew) this.#memory.changed(windowBytes);
    return { ...window, revision: next.revision, lateCount: next.lateCount };
  }
}
