import * as z from 'zod';
import type { Millis } from '../model.ts';
import { number, type Snapshot, SnapshotFormat } from '../util/snapshot.ts';

const minute = 60_000;
/** How far the clock that stamps lines and the clock of the sender may differ. */
const tolerance = 5 * minute;
/** A line that is read within this time of its writing is fresh. */
const fresh = minute;
/** Sources remembered at most. Beyond that the one whose last line was read first is forgotten. */
const mostSources = 10_000;

/** The last line of a source in a repeated hour: its time, and when the sender read it (NaN: unknown). */
interface LastLine {
  time: Millis;
  readAt: Millis;
}

type RepeatedHoursState = [source: string, time: Millis, readAt: Millis | null][];

const format = new SnapshotFormat<RepeatedHoursState>({
  component: 'The record of repeated hours',
  schema: z.array(z.tuple([z.string(), number, number.nullable()])),
});

/**
 * Tells the two passes of an hour (in some zones half an hour) that clocks show twice in autumn. A line that states no
 * zone may belong to either pass. What decides, in this order:
 *
 * 1. A line is not read before it is written: a line of the second pass has a reading time in or after it.
 * 2. Lines of a file are in order: a local time that goes back belongs to the second pass.
 * 3. Where both passes are possible, a line that was read at once, after one that was, too, belongs to the second.
 * 4. Otherwise it belongs to the first pass.
 *
 * Only sources with lines in such an hour are remembered, so the memory is small.
 */
export class RepeatedHours {
  readonly #last = new Map<string, LastLine>();

  /** `first`: the time in the first pass; the second is `shift` later. `readAt`: the sender's reading time, or NaN. */
  choose(source: string, first: Millis, shift: Millis, readAt: Millis): Millis {
    const last = this.#last.get(source);
    const time = this.#isSecond(last, first, shift, readAt) ? first + shift : first;
    this.#remember(source, { time, readAt });
    return time;
  }

  snapshot(): Snapshot<RepeatedHoursState> {
    return format.write(
      [...this.#last].map(([source, { time, readAt }]) => [
        source,
        time,
        Number.isNaN(readAt) ? null : readAt,
      ]),
    );
  }

  restore(snapshot: Snapshot<RepeatedHoursState>): void {
    this.#last.clear();
    for (const [source, time, readAt] of format.read(snapshot))
      this.#last.set(source, { time, readAt: readAt ?? Number.NaN });
  }

  #isSecond(last: LastLine | undefined, first: Millis, shift: Millis, readAt: Millis): boolean {
    const second = first + shift;
    if (readAt >= first - tolerance && readAt < second - tolerance) return false;
    // Lines of several threads may be out of order by a little.
    if (last !== undefined && last.time - shift / 2 > first && last.time < second + shift) return true;
    const isFresh = readAt >= second - tolerance && readAt <= second + fresh;
    return isFresh && (last === undefined || last.time < first - shift || last.readAt - last.time <= fresh);
  }

  #remember(source: string, line: LastLine): void {
    this.#last.delete(source);
    this.#last.set(source, line);
    if (this.#last.size > mostSources) this.#last.delete(this.#last.keys().next().value!);
  }
}
