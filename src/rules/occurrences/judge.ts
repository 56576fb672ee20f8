import { z } from 'zod';
import type { Millis, Observation } from '../../model.ts';
import { number, type Snapshot, SnapshotFormat } from '../../util/snapshot.ts';
import { formatDuration } from '../../util/text.ts';
import type { Judge, Judgement } from '../judge.ts';

/** Something that happened to a group at a moment: a value changed, a new value came. */
export interface Occurrence {
  group: string;
  time: Millis;
  value: string;
  /** The value before. */
  from?: string;
}

/** What became of an event. An occurrence that shows at once is certain, though it may turn out to be earlier. */
export type Tracked = { outcome: 'added' | 'late' | 'overflow'; occurrence?: Occurrence };

/** Receives what `Tracker.complete` finds, in order of time. */
export interface Receiver {
  occurrence(occurrence: Occurrence): void;
  /** All occurrences of the group before that time were handed over. */
  group(name: string, through: Millis): void;
  /** All occurrences of all groups before that time were handed over. */
  passed(through: Millis): void;
}

/**
 * Remembers values of fields in order of event time. Events may come in any order within the lateness, so occurrences
 * become final only when no earlier event can come any more, one hop of event time after the other.
 */
export interface Tracker {
  add(time: Millis, group: string, value: string): Tracked;
  /** No event before `through` will come any more. */
  complete(through: Millis, receiver: Receiver): void;
  readonly waiting: boolean;
  has(group: string): boolean;
  snapshot(): Snapshot<unknown>;
  restore(snapshot: Snapshot<unknown>): void;
}

/** An occurrence in words. `early`: it is certain, but its time and values may still change. */
type Note = [time: Millis, words: string, early: boolean];

type PackedGroup = [group: string, notes: Note[]];

const format = new SnapshotFormat<PackedGroup[]>({
  component: 'The judge of occurrences',
  schema: z.array(z.tuple([z.string(), z.array(z.tuple([number, z.string(), z.boolean()]))])),
});

/** So many notes are kept for each group. The latest of a window is its reason. */
const maxNotes = 20;

/** The condition holds while there was an occurrence within the quiet time. */
export class OccurrenceJudge implements Judge {
  readonly #quiet: Millis;
  readonly #notes = new Map<string, Note[]>();

  constructor(quiet: Millis) {
    this.#quiet = quiet;
  }

  note(group: string, time: Millis, words: string, early: boolean): void {
    const notes = this.#notes.get(group) ?? [];
    const later = notes.findIndex(([other]) => other > time);
    notes.splice(later === -1 ? notes.length : later, 0, [time, words, early]);
    this.#notes.set(group, notes.slice(-maxNotes));
  }

  /** Replaces the early notes of the time before `through` by what is final. */
  complete(group: string, through: Millis, final: readonly { time: Millis; words: string }[]): void {
    const known = this.#notes.get(group);
    if (known !== undefined)
      this.#notes.set(
        group,
        known.filter(([time, , early]) => !early || time >= through),
      );
    for (const { time, words } of final) this.note(group, time, words, false);
  }

  judge(group: string, { at, count, window }: Observation): Judgement {
    const notes = this.#notes.get(group)?.filter(([time]) => time >= window.start) ?? [];
    if (notes.length > 0) this.#notes.set(group, notes);
    else this.#notes.delete(group);
    const within = `within ${formatDuration(this.#quiet)}`;
    if (count === 0) return { verdict: 'calm', reason: `nothing more of the kind ${within}` };
    const words = notes.findLast(([time]) => time < at)?.[1] ?? 'it happened';
    return { verdict: 'true', reason: count === 1 ? words : `${words}; ${count} such events ${within}` };
  }

  forgetBefore(time: Millis): void {
    for (const [group, notes] of this.#notes)
      if (notes.every(([at]) => at < time - this.#quiet)) this.#notes.delete(group);
  }

  snapshot(): Snapshot<PackedGroup[]> {
    return format.write([...this.#notes].map(([group, notes]) => [group, notes.map((note) => [...note])]));
  }

  restore(snapshot: Snapshot<PackedGroup[]>): void {
    this.#notes.clear();
    for (const [group, notes] of format.read(snapshot)) this.#notes.set(group, notes);
  }
}
