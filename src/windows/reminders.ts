import type { Millis } from '../model.ts';
import { Agenda } from './agenda.ts';
import type { Group } from './group.ts';

/** Window ends at which groups are to be visited although nothing of theirs enters or leaves. */
export class Reminders<C> {
  /** Number of those to come. */
  size = 0;
  readonly #agenda = new Agenda<Group<C>>();

  put(group: Group<C>, end: Millis): void {
    if (!group.remind(end)) return;
    this.size += 1;
    this.#agenda.put(end, group);
  }

  nextUpTo(time: Millis): Millis | undefined {
    return this.#agenda.nextUpTo(time);
  }

  /** Tells who is to be visited at that end. */
  tell(end: Millis, due: (group: Group<C>) => void): void {
    if (this.#agenda.nextUpTo(end) !== undefined) this.#agenda.take().forEach(due);
  }

  /** The group was visited. */
  settle(group: Group<C>, end: Millis): void {
    if (group.timers !== undefined) this.size -= group.trim(end);
  }

  clear(): void {
    this.#agenda.clear();
    this.size = 0;
  }
}
