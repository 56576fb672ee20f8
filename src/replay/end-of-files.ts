import type { RuleConfig } from '../config/schema/rules.ts';
import type { Millis, Output, Transition } from '../model.ts';
import { compileRule } from '../rules/rule.ts';

/** Ways of an alert that the lack of events can take it. */
const byLack = new Set<Transition['to']>(['active', 'pending', 'no-data']);

/**
 * Files that end are not silence: nobody knows what came after them. Time passes after the last event, so that windows close and
 * alerts end; but what only the lack of events in that time leads to is left out: alerts of rules that few events raise, and `no-data`.
 */
export class EndOfFiles {
  /** Event time of the last event. */
  readonly #last: Millis;
  readonly #raisedByFew: ReadonlySet<string>;
  /** Episodes that are left out as a whole. */
  readonly #leftOut = new Set<string>();

  constructor(rules: readonly RuleConfig[], last: Millis) {
    this.#last = last;
    const few = rules.filter((rule) => compileRule(rule).raisedByFew);
    this.#raisedByFew = new Set(few.map(({ name }) => name));
  }

  /** Number of alerts that are left out. */
  get leftOut(): number {
    return this.#leftOut.size;
  }

  /** Whether a value observed at that time follows from events, not from the lack of them. */
  observes(rule: string, at: Millis): boolean {
    return at <= this.#last || !this.#raisedByFew.has(rule);
  }

  keeps(output: Output): boolean {
    switch (output.kind) {
      case 'transition':
        return this.#keepsTransition(output.transition);
      case 'notification': {
        const { transition } = output.notification;
        return !this.#leftOut.has(transition.episode) && !this.#isByLack(transition);
      }
      case 'episode': {
        const { id, status, updated } = output.episode;
        return !this.#leftOut.has(id) && !(status === 'no-data' && updated > this.#last);
      }
      case 'window':
        return true;
    }
  }

  #keepsTransition(transition: Transition): boolean {
    if (this.#leftOut.has(transition.episode)) return false;
    if (!this.#isByLack(transition)) return true;
    if (transition.from === 'inactive') this.#leftOut.add(transition.episode);
    return false;
  }

  #isByLack({ rule, at, to }: Transition): boolean {
    return at > this.#last && byLack.has(to) && (to === 'no-data' || this.#raisedByFew.has(rule));
  }
}
