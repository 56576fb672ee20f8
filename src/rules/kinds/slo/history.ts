import * as z from 'zod';
import type { Millis } from '../../../model.ts';

/** Events, and the bad ones among them. */
export interface Counts {
  events: number;
  bad: number;
}

/** Panes of a window: a window longer than these is counted in wider panes. */
const panesOfWindow = 60;

type PackedSeries = [width: Millis, panes: [place: number, events: number, bad: number][]];

/** Disk format of the history of a group. */
export type PackedHistory = [since: Millis, last: Millis, series: PackedSeries[]];

const number = z.number();
export const packedHistory: z.ZodType<PackedHistory> = z.tuple([
  number,
  number,
  z.array(z.tuple([number, z.array(z.tuple([number, number, number]))])),
]);

/** Counts in panes of one width, as far back as the longest window that uses them. */
interface Series {
  width: Millis;
  longest: Millis;
  panes: Map<number, Counts>;
}

/**
 * Good and bad events of one group, for windows of several lengths. Each window consists of at most 61 panes, so that 30 days take as
 * much memory as an hour. A window longer than 60 steps may reach back further by one pane, which is a sixtieth of it.
 */
export class BurnHistory {
  /** Start of the first step. */
  since: Millis;
  /** End of the last step that was added. Each step is added once. */
  last: Millis;
  readonly #step: Millis;
  readonly #series: readonly Series[];

  /** `lengths`: the windows, multiples of `step`. */
  constructor(step: Millis, lengths: readonly Millis[], since: Millis) {
    this.#step = step;
    this.since = since;
    this.last = since;
    const widths = new Map<Millis, Millis>();
    for (const length of lengths) {
      const width = this.#widthOf(length);
      widths.set(width, Math.max(length, widths.get(width) ?? 0));
    }
    this.#series = [...widths].map(([width, longest]) => ({ width, longest, panes: new Map() }));
  }

  /** Adds the step that ends at that time. */
  add(end: Millis, { events, bad }: Counts): void {
    if (end <= this.last) return;
    this.last = end;
    if (events === 0) return;
    for (const { width, longest, panes } of this.#series) {
      const place = Math.floor((end - 1) / width);
      const pane = panes.get(place) ?? { events: 0, bad: 0 };
      panes.set(place, { events: pane.events + events, bad: pane.bad + bad });
      const first = Math.floor((end - longest) / width);
      for (const old of panes.keys()) {
        if (old >= first) break;
        panes.delete(old);
      }
    }
  }

  /** The counts of the window of that length that ends at that time. */
  within(length: Millis, end: Millis): Counts {
    const width = this.#widthOf(length);
    const { panes } = this.#series.find((one) => one.width === width)!;
    const first = Math.floor((end - length) / width);
    const sum = { events: 0, bad: 0 };
    for (const [place, { events, bad }] of panes) {
      if (place < first || place * width >= end) continue;
      sum.events += events;
      sum.bad += bad;
    }
    return sum;
  }

  pack(): PackedHistory {
    const series = this.#series.map(
      ({ width, panes }): PackedSeries => [
        width,
        [...panes].map(([place, { events, bad }]) => [place, events, bad]),
      ],
    );
    return [this.since, this.last, series];
  }

  /** Panes of widths that the settings no longer have are left out. */
  unpack([since, last, series]: PackedHistory): this {
    this.since = since;
    this.last = last;
    for (const { width, panes } of this.#series)
      for (const [place, events, bad] of series.find(([known]) => known === width)?.[1] ?? [])
        panes.set(place, { events, bad });
    return this;
  }

  #widthOf(length: Millis): Millis {
    return this.#step * Math.max(1, Math.ceil(length / this.#step / panesOfWindow));
  }
}
