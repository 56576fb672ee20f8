import type { Episode, History, Millis, Output } from '../model.ts';
import { sizeOf } from '../util/snapshot.ts';
import type { Entry } from './entry.ts';

/** For how long, and how many of a rule, ended episodes are kept: late events may still correct their documents. */
export interface Retention {
  keptFor: Millis;
  most: number;
  /** Of an engine that is live. Beyond it, what ended within one stride is forgotten together. */
  shared?: { memory: SharedMemory; stride: Millis } | undefined;
}

/** Bounds what all rules keep for corrections. What is kept joins it, and drops its oldest part when it is asked to. */
interface SharedMemory {
  join(kept: History): void;
  leave(kept: History): void;
  changed(bytes: number): void;
}

const shortRetention: Retention = { keptFor: 3_600_000, most: 1_000 };

/** What an ended episode costs beside its lines and the fields of its group, in bytes, roughly. */
const endedBytes = 1_000;

/** Of parts that no late event changes, so that what is given back is what was taken. */
const bytesOf = ({ episode: { by, samples } }: Entry) => endedBytes + sizeOf(by) + sizeOf(samples);

/** The episodes of a rule that ended lately, in the order of their ends. */
export class EndedEpisodes implements History {
  /** Event time up to which episodes ended that were forgotten because there were too many. */
  forgottenThrough: Millis = Number.NEGATIVE_INFINITY;
  /** Number of episodes that were forgotten since the start because there were more than `most`. */
  forgotten = 0;
  readonly #retention: Retention;
  #entries: Entry[] = [];
  /** The same by group. */
  readonly #groups = new Map<string, Entry[]>();

  constructor(retention: Retention = shortRetention) {
    this.#retention = retention;
    retention.shared?.memory.join(this);
  }

  get oldest(): Millis {
    return this.#entries[0]?.episode.end ?? Number.POSITIVE_INFINITY;
  }

  get bound(): Millis {
    return this.oldest;
  }

  /** All that are kept, those that ended first before the others. */
  get entries(): readonly Entry[] {
    return this.#entries;
  }

  /** Forgets what ended within one stride. */
  dropOldest(): number {
    const through = this.oldest + (this.#retention.shared?.stride ?? 0);
    const later = this.#entries.findIndex(({ episode }) => episode.end! > through);
    const dropped = later === -1 ? this.#entries.length : later;
    for (const { episode } of this.#entries.slice(0, dropped))
      this.forgottenThrough = Math.max(this.forgottenThrough, episode.end!);
    this.#drop(dropped);
    return dropped;
  }

  add(entry: Entry): void {
    const { group } = entry.episode;
    this.#entries.push(entry);
    this.#groups.set(group, [...(this.#groups.get(group) ?? []), entry]);
    this.#forget(entry.episode.end!);
    this.#changed(bytesOf(entry));
  }

  of(group: string, now: Millis): Entry[] {
    const known = this.#groups.get(group) ?? [];
    return known.filter(({ episode }) => episode.end! >= now - this.#retention.keptFor);
  }

  /** Replaces the episodes of a group. */
  replace(group: string, entries: readonly Entry[]): void {
    const before = this.#groups.get(group) ?? [];
    this.#entries = this.#entries.filter(({ episode }) => episode.group !== group);
    this.#groups.delete(group);
    for (const entry of entries) this.#insert(entry);
    this.#changed(totalOf(entries) - totalOf(before));
  }

  snapshot(): { ended: Entry[]; forgotten?: Millis } {
    const ended = this.#entries.map((entry) => ({ ...entry }));
    const { forgottenThrough } = this;
    return Number.isFinite(forgottenThrough) ? { ended, forgotten: forgottenThrough } : { ended };
  }

  restore(state: Entry[], forgottenThrough = Number.NEGATIVE_INFINITY): Entry[] {
    this.release();
    this.#retention.shared?.memory.join(this);
    this.forgottenThrough = forgottenThrough;
    for (const entry of state) this.add({ ...entry });
    return this.#entries;
  }

  /** Gives back the memory. */
  release(): void {
    this.#drop(this.#entries.length);
    this.#retention.shared?.memory.leave(this);
  }

  #insert(entry: Entry): void {
    const { group, end } = entry.episode;
    const later = this.#entries.findIndex(({ episode }) => episode.end! > end!);
    this.#entries.splice(later === -1 ? this.#entries.length : later, 0, entry);
    this.#groups.set(group, [...(this.#groups.get(group) ?? []), entry]);
  }

  #forget(now: Millis): void {
    const { keptFor, most } = this.#retention;
    const old = this.#entries.findIndex(({ episode }) => episode.end! >= now - keptFor);
    const tooMany = this.#entries.length - most;
    if (tooMany > Math.max(old, 0)) {
      this.forgottenThrough = Math.max(this.forgottenThrough, this.#entries[tooMany - 1]!.episode.end!);
      this.forgotten += tooMany - Math.max(old, 0);
    }
    this.#drop(Math.max(old, tooMany, 0));
  }

  /** Forgets so many of the first ones. */
  #drop(count: number): void {
    const dropped = this.#entries.splice(0, count);
    for (const { episode } of dropped) {
      const left = this.#groups.get(episode.group)!.slice(1);
      if (left.length === 0) this.#groups.delete(episode.group);
      else this.#groups.set(episode.group, left);
    }
    this.#changed(-totalOf(dropped));
  }

  #changed(bytes: number): void {
    this.#retention.shared?.memory.changed(bytes);
  }
}

const totalOf = (entries: readonly Entry[]) => entries.reduce((sum, entry) => sum + bytesOf(entry), 0);

/** Counts late events until the documents of their episodes report them. Entries belong to `Episodes`, which shares them. */
export class LateEvents {
  readonly #unreported = new Set<Entry>();

  get hasUnreported(): boolean {
    return this.#unreported.size > 0;
  }

  /** Counts a late event of that time for those of the episodes that cover it. */
  add(entries: Entry[], time: Millis): void {
    for (const entry of entries) {
      if (!covers(entry, time)) continue;
      entry.unreported += 1;
      this.#unreported.add(entry);
    }
  }

  /** The entry's document is written anew and reports all late events. */
  reported(entry: Entry): void {
    entry.unreported = 0;
    this.#unreported.delete(entry);
  }

  /** Writes the documents that do not report all their late events, in order of their ids. */
  report(now: Millis): Output[] {
    const entries = [...this.#unreported].sort((a, b) => (a.episode.id < b.episode.id ? -1 : 1));
    return entries.map((entry) => {
      entry.episode = corrected(entry, now);
      this.reported(entry);
      return { kind: 'episode', episode: entry.episode };
    });
  }

  /** Entries with late events to report that are not among `entries`: ended ones that were forgotten meanwhile. */
  besides(entries: ReadonlySet<Entry>): Entry[] {
    return [...this.#unreported].filter((entry) => !entries.has(entry));
  }

  restore(entries: Entry[]): void {
    this.#unreported.clear();
    for (const entry of entries) if (entry.unreported > 0) this.#unreported.add(entry);
  }
}

/** Whether an event of that time would have been in one of the windows from which the episode follows. */
function covers({ raised, reach, episode: { start, end } }: Entry, time: Millis): boolean {
  return raised && time >= start - reach && (end === undefined || time < end);
}

/** Adds to a reason how many late events were not counted. */
export function withLate(reason: string, lateCount: number): string {
  if (lateCount === 0) return reason;
  const events = lateCount === 1 ? '1 event' : `${lateCount} events`;
  return `${reason}; ${events} of its time came too late to be counted`;
}

/** The document of an episode with the number of late events that it does not count. */
function corrected({ episode, reason, unreported }: Entry, at: Millis): Episode {
  const lateCount = episode.lateCount + unreported;
  return {
    ...episode,
    lateCount,
    reason: withLate(reason, lateCount),
    updated: Math.max(episode.updated, at),
    revision: episode.revision + 1,
  };
}
