import type { Group } from './group.ts';
import { Order } from './order.ts';

/** The groups that are watched, by name. */
export class Groups<C> {
  readonly #table = new Map<string, Group<C>>();
  readonly #order = new Order<Group<C>>();
  /** Events of a group tend to come in runs. */
  #last: Group<C> | undefined = undefined;

  get size(): number {
    return this.#table.size;
  }

  get(name: string): Group<C> | undefined {
    const last = this.#last;
    if (last !== undefined && last.name === name) return last;
    const group = this.#table.get(name);
    if (group !== undefined) this.#last = group;
    return group;
  }

  /** In the order of their names. */
  all(): Group<C>[] {
    return [...this.#table.keys()].sort().map((name) => this.#table.get(name)!);
  }

  /** Sorts some of them by name, in place; those who left may be missing. */
  sort(some: Group<C>[]): Group<C>[] {
    return this.#order.sort(some);
  }

  add(group: Group<C>): void {
    this.#table.set(group.name, group);
    this.#order.join(group);
  }

  remove(group: Group<C>): void {
    group.gone = true;
    this.#table.delete(group.name);
    this.#order.leave(group);
    if (this.#last === group) this.#last = undefined;
  }

  clear(): void {
    this.#table.clear();
    this.#order.clear();
    this.#last = undefined;
  }
}
