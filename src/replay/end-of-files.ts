import type { RuleConfig } from '../config/schema/rules.ts';
import type { Measure, Millis, Output, Transition } from '../model.ts';
import { compileRule } from '../rules/rule.ts';

/**
 * Files that end are not silence: nobody knows what came after them. Time passes after the last event, so that windows close and
 * alerts end; but what only the lack of events in that time raises is left out: alerts of rules that few events raise.
 */
export class EndOfFiles {
  /** Event time of the last event. */
  readonly #last: Millis;
  readonly #raisedByFew: ReadonlySet<string>;
  /** Episodes that are left out as a whole. */
  readonly #leftOut = new Set<string>();

  constructor(rules: readonly RuleConfig[], last: Millis) {
    this.#last = last;
    this.#raisedByFew = new Set(rules.filter(isRaisedByLack).map(({ name }) => name));
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
      case 'notification':
        return !this.#leftOut.has(output.notification.transition.episode);
      case 'episode':
        return !this.#leftOut.has(output.episode.id);
      case 'window':
      case 'document':
        return true;
    }
  }

  #keepsTransition(transition: Transition): boolean {
    const { episode, rule, from, at } = transition;
    // An alert that was pending before the end of the files is held up by nothing but it.
    if ((from === 'inactive' || from === 'pending') && !this.observes(rule, at)) this.#leftOut.add(episode);
    return !this.#leftOut.has(episode);
  }
}

/** Measures that fall while events are missing. Others have no value without events, or that of those that there are. */
const falling = new Set<Measure['kind']>(['count', 'rate', 'sum', 'distinct']);

function isRaisedByLack(rule: RuleConfig): boolean {
  if (rule.kind === 'absence') return true;
  // Of a rule for both directions a rise in the last window is certain, so it is reported, and a fall with it.
  if ('direction' in rule) return rule.direction === 'down';
  const { measure, condition } = compileRule(rule);
  if (condition === undefined || !falling.has(measure.kind)) return false;
  return condition.truer === 'as it falls' || condition.test(0);
}
