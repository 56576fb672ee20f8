import type { History, Millis } from '../../../model.ts';
import { Earliest } from '../../../windows/history/earliest.ts';
import type { PastMemory, Terms } from './terms.ts';

/** What is kept of a stretch, in bytes, roughly. */
const stretchBytes = 60;

/**
 * The stretches of groups and values that are not the last ones. Only late events need them, so they count towards
 * `time.correctionMemory`. The rule itself needs the last stretch of each value, which other limits bound.
 */
export class PastStretches implements History {
  /** Event time up to which stretches may be missing. */
  reach: Millis = Number.NEGATIVE_INFINITY;
  /** Event time before which all events are late. A later event may still join two stretches, so both of them are kept. */
  completed: Millis = Number.NEGATIVE_INFINITY;
  readonly #groups: ReadonlyMap<string, Terms>;
  readonly #kept: PastMemory;
  readonly #earliest = new Earliest();

  constructor(groups: ReadonlyMap<string, Terms>, kept: PastMemory) {
    this.#groups = groups;
    this.#kept = kept;
    kept.memory.join(this);
  }

  /** Start of the earliest stretch that follows another one, which late events need up to that time. */
  get oldest(): Millis {
    return this.#due(this.#earliest.of(this.#followed()));
  }

  get bound(): Millis {
    return this.#due(this.#earliest.bound);
  }

  dropOldest(): number {
    this.reach = Math.max(this.reach, this.oldest + this.#kept.stride);
    let dropped = 0;
    for (const group of this.#groups.values()) {
      dropped += group.dropFollowed(Math.min(this.reach, this.completed));
      this.account(group);
    }
    return dropped;
  }

  /** Must be called after each change of the number of stretches of a group. */
  account(group: Terms, past = group.past): void {
    const more = past - group.accountedPast;
    this.#earliest.note(group.followedFrom);
    group.followedFrom = Number.POSITIVE_INFINITY;
    if (more === 0) return;
    group.accountedPast = past;
    this.#kept.memory.changed(more * stretchBytes);
  }

  /** Begins again after `release`, when the groups were replaced. */
  begin(completed: Millis): void {
    this.completed = completed;
    this.#kept.memory.join(this);
  }

  /** Gives back the memory. */
  release(): void {
    for (const group of this.#groups.values()) this.account(group, 0);
    this.#kept.memory.leave(this);
  }

  #due(oldest: Millis): Millis {
    return oldest <= this.completed ? oldest : Number.POSITIVE_INFINITY;
  }

  *#followed(): Generator<Millis> {
    for (const group of this.#groups.values()) yield group.oldestFollowed;
  }
}
