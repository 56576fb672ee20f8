import type { Episode, Millis, Output, Transition } from '../model.ts';

/** What is kept of an episode. */
export interface Entry {
  episode: Episode;
  /** Number of transitions so far. */
  transitions: number;
  /** It was active at some time. One that never was has transitions, but no document among the alerts. */
  raised: boolean;
  /** How long before the episode's start its first window began. */
  reach: Millis;
  /** Late events that its document does not tell of yet. */
  untold: number;
  /** Why the episode is what it is, without a word about late events. */
  reason: string;
  /** The transition by which it was raised, while a cooldown holds the message of it back. */
  held?: Transition | undefined;
}

/** Episodes that are over are remembered for so long, and so many of a rule: late events may still correct them. */
const keptFor = 3_600_000;
const mostKept = 1_000;

/** The episodes of a rule that ended lately, in the order of their ends. */
export class Ended {
  #entries: Entry[] = [];
  /** The same by group. */
  readonly #groups = new Map<string, Entry[]>();

  add(entry: Entry): void {
    const { group } = entry.episode;
    this.#entries.push(entry);
    this.#groups.set(group, [...(this.#groups.get(group) ?? []), entry]);
    this.#forget(entry.episode.end!);
  }

  of(group: string, now: Millis): Entry[] {
    const known = this.#groups.get(group) ?? [];
    return known.filter(({ episode }) => episode.end! >= now - keptFor);
  }

  snapshot(): unknown {
    return this.#entries.map((entry) => ({ ...entry }));
  }

  restore(snapshot: unknown): Entry[] {
    this.#entries = [];
    this.#groups.clear();
    for (const entry of snapshot as Entry[]) this.add({ ...entry });
    return this.#entries;
  }

  #forget(now: Millis): void {
    const old = this.#entries.findIndex(({ episode }) => episode.end! >= now - keptFor);
    const count = Math.max(old, this.#entries.length - mostKept, 0);
    for (const { episode } of this.#entries.splice(0, count)) {
      const left = this.#groups.get(episode.group)!.slice(1);
      if (left.length === 0) this.#groups.delete(episode.group);
      else this.#groups.set(episode.group, left);
    }
  }
}

/** Late events that the documents of their episodes do not tell of yet. */
export class LateEvents {
  readonly #untold = new Set<Entry>();

  get hasUntold(): boolean {
    return this.#untold.size > 0;
  }

  /** An event of that time came too late for these episodes, as far as they cover it. */
  add(entries: Entry[], time: Millis): void {
    for (const entry of entries) {
      if (!covers(entry, time)) continue;
      entry.untold += 1;
      this.#untold.add(entry);
    }
  }

  /** The episode's document tells of all. */
  told(entry: Entry): void {
    entry.untold = 0;
    this.#untold.delete(entry);
  }

  tell(now: Millis): Output[] {
    const entries = [...this.#untold].sort((a, b) => (a.episode.id < b.episode.id ? -1 : 1));
    return entries.map((entry) => {
      entry.episode = corrected(entry, now);
      this.told(entry);
      return { kind: 'episode', episode: entry.episode };
    });
  }

  restore(entries: Entry[]): void {
    this.#untold.clear();
    for (const entry of entries) if (entry.untold > 0) this.#untold.add(entry);
  }
}

/** Whether one of the windows that the episode was decided upon would have held an event of that time. */
function covers({ raised, reach, episode: { start, end } }: Entry, time: Millis): boolean {
  return raised && time >= start - reach && (end === undefined || time < end);
}

/** A reason never keeps quiet about what was not counted. */
export function withLate(reason: string, lateCount: number): string {
  if (lateCount === 0) return reason;
  const events = lateCount === 1 ? '1 event' : `${lateCount} events`;
  return `${reason}; ${events} of its time came too late to be counted`;
}

/** The document of an episode after events came that it does not count. */
function corrected({ episode, reason, untold }: Entry, at: Millis): Episode {
  const lateCount = episode.lateCount + untold;
  return {
    ...episode,
    lateCount,
    reason: withLate(reason, lateCount),
    updated: Math.max(episode.updated, at),
    revision: episode.revision + 1,
  };
}
