import type { Group } from './groups.ts';

/** Groups whose window at the end that is being closed may have changed. */
export class DueGroups<C> {
  readonly #groups: Group<C>[] = [];

  /** A member, so that no closure is made for each end. */
  readonly mark = (group: Group<C>): void => {
    if (group.due || group.removed) return;
    group.due = true;
    this.#groups.push(group);
  };

  /** Those whose window is to be closed with a value: of most groups it does not matter. The others are passed to `release`. */
  take(mustClose: (group: Group<C>) => boolean, release: (group: Group<C>) => void): Group<C>[] {
    const taken: Group<C>[] = [];
    for (const group of this.#groups) {
      if (mustClose(group)) taken.push(group);
      else release(group);
    }
    this.#groups.length = 0;
    return taken;
  }
}
