import type { Millis } from '../model.ts';
import { Agenda } from './agenda.ts';

interface Visited {
  readonly name: string;
  /** When it is to be visited next; infinite: not at all. Kept by `Visits`. */
  due: Millis;
}

/** Who is to be visited when, each one at one time only; those of one time in the order of their names. */
export class Visits<T extends Visited> {
  readonly #agenda = new Agenda<T>();

  expect(member: T, due: Millis): void {
    if (due === member.due) return;
    member.due = due;
    if (due !== Number.POSITIVE_INFINITY) this.#agenda.put(due, member);
  }

  /** `visit` may ask for another visit, of the same one and up to the same time. After each time `passed` is told. */
  upTo(time: Millis, visit: (member: T, due: Millis) => void, passed?: (due: Millis) => void): void {
    for (let due = this.#agenda.nextUpTo(time); due !== undefined; due = this.#agenda.nextUpTo(time)) {
      for (const member of this.#agenda.take().sort((a, b) => (a.name < b.name ? -1 : 1))) {
        // Who asked for another time since asked anew.
        if (member.due !== due) continue;
        member.due = Number.POSITIVE_INFINITY;
        visit(member, due);
      }
      passed?.(due);
    }
  }

  clear(): void {
    this.#agenda.clear();
  }
}
