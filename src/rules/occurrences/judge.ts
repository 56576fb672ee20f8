import * as z from 'zod';
import type { Millis, Observation } from '../../model.ts';
import { number, type Snapshot, SnapshotFormat } from '../../util/snapshot.ts';
import { formatDuration } from '../../util/text.ts';
import type { Judge, Judgement } from '../judge.ts';
import type { SpansByPane } from './spans.ts';

/** Something that happened to a group at a moment: a value changed, a new value came. */
export interface Occurrence {
  group: string;
  time: Millis;
  value: string;
  /** The value before. */
  from?: string;
}

/**
 * What became of an event. An occurrence that shows at once is certain, though events within the lateness may still show
 * that it was earlier: at `earliest` or after that.
 */
export type Tracked = {
  outcome: 'added' | 'late' | 'overflow';
  occurrence?: Occurrence;
  earliest?: Millis;
};

/** Receives what `Tracker.complete` finds, in order of time. */
export interface Receiver {
  occurrence(occurrence: Occurrence): void;
  /** All occurrences of the group before that time were handed over. */
  group(name: string, through: Millis): void;
  /** All occurrences of all groups before that time were handed over. */
  passed(through: Millis): void;
}

/** Occurrences in order, and what it costs to find them, in entries of panes. */
export interface Found {
  occurrences: Occurrence[];
  cost: number;
}

/**
 * Remembers values of fields in order of event time. Events may come in any order within the lateness, so occurrences
 * become final only when no earlier event is to come any more, one hop of event time after the other. What comes later
 * still is judged by what is kept of the past: `occurrences` and what stands below it is for that.
 */
export interface Tracker {
  add(time: Millis, group: string, value: string): Tracked;
  /** No event before `through` is to come any more. */
  complete(through: Millis, receiver: Receiver): void;
  readonly waiting: boolean;
  /** Number of values of events that were not tracked, because there are too many groups. */
  readonly overflowed: number;
  /** Number of values that were forgotten early, because there were too many. */
  readonly forgotten: number;
  has(group: string): boolean;
  /** Occurrences of a group from that time on, those that are not final included, as if late values had come in time. */
  occurrences(group: string, from: Millis, late: SpansByPane): Found;
  /** Whether the tracker may follow the group, while so many others wait to be followed. */
  admits(group: string, waiting: number): boolean;
  /** Whether everything is kept on which occurrences from that time on depend. */
  reaches(group: string, from: Millis): boolean;
  /** Takes late values over. */
  keep(group: string, late: SpansByPane): void;
  /** Forgets what is too old to be corrected. */
  trim(closed: Millis): void;
  /** What lies before that time was not kept. */
  beginAt(time: Millis): void;
  /** Gives back the memory, and its part of what all rules may keep. */
  release(): void;
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

  readonly #most: number;

  /** `most`: notes that are kept of a group. */
  constructor(quiet: Millis, most = maxNotes) {
    this.#quiet = quiet;
    this.#most = most;
  }

  note(group: string, time: Millis, words: string, early: boolean): void {
    const notes = this.#notes.get(group) ?? [];
    const before = notes.findLastIndex(([other]) => other <= time);
    notes.splice(before + 1, 0, [time, words, early]);
    this.#notes.set(group, notes.length > this.#most ? notes.slice(-this.#most) : notes);
  }

  /** Replaces what is final. */
  correct(group: string, final: readonly { time: Millis; words: string }[]): void {
    const early = this.#notes.get(group)?.filter(([, , early]) => early) ?? [];
    this.#notes.delete(group);
    for (const { time, words } of final.slice(-this.#most)) this.note(group, time, words, false);
    for (const [time, words] of early) this.note(group, time, words, true);
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
    const notes = this.#notes.get(group) ?? [];
    const first = notes.findIndex(([time]) => time >= window.start);
    if (first === -1) this.#notes.delete(group);
    else if (first > 0) notes.splice(0, first);
    const within = `within ${formatDuration(this.#quiet)}`;
    if (count === 0) return { verdict: 'calm', reason: `nothing more of the kind ${within}` };
    const words = notes.findLast(([time]) => time < at && time >= window.start)?.[1] ?? 'it happened';
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
