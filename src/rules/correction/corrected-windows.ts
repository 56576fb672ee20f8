import { z } from 'zod';
import type { Millis, Output, WindowResult } from '../../model.ts';
import { number } from '../../util/snapshot.ts';
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

/** The recorded windows that late events changed: how often each was written, and how many late events it holds. */
export class CorrectedWindows {
  readonly #windows: Windows;
  readonly #groups = new Map<string, Map<Millis, Corrected>>();

  constructor(windows: Windows) {
    this.#windows = windows;
  }

  /** Of the windows that were found, the new revisions of those that late events changed. */
  correct(late: LateGroup, found: readonly Output[]): Output[] {
    const events = this.#eventsByWindow(late);
    return found.flatMap((output): Output[] => {
      if (output.kind !== 'window') return [];
      const count = events.get(output.window.end);
      return count === undefined ? [] : [{ kind: 'window', window: this.#revised(output.window, count) }];
    });
  }

  trim(horizon: Millis): void {
    for (const [group, windows] of this.#groups) {
      for (const end of windows.keys()) if (end < horizon) windows.delete(end);
      if (windows.size === 0) this.#groups.delete(group);
    }
  }

  state(): CorrectedWindowsState {
    return [...this.#groups].map(([group, windows]) => [group, [...windows.values()]]);
  }

  restore(state: CorrectedWindowsState): void {
    this.#groups.clear();
    for (const [group, windows] of state)
      this.#groups.set(group, new Map(windows.map((window) => [window.end, window])));
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
    windows.set(window.end, next);
    return { ...window, revision: next.revision, lateCount: next.lateCount };
  }
}
