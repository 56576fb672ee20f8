import type { Transition } from '../model.ts';

/**
 * Transitions in the order of event time. Rules close their windows one after the other whenever the clock moves, and
 * how far it moves at a time depends on ticks; within a rule the order never does.
 */
export function inEventTime(transitions: readonly Transition[], rules: readonly string[]): Transition[] {
  const place = new Map(rules.map((name, index) => [name, index]));
  const placeOf = ({ rule }: Transition) => place.get(rule) ?? rules.length;
  return [...transitions].sort((one, other) => one.at - other.at || placeOf(one) - placeOf(other));
}

/** The transition log: one JSON object a line, byte for byte the same for a live run and a replay of the same events. */
export function transitionLog(transitions: readonly Transition[], rules: readonly string[]): string {
  return inEventTime(transitions, rules)
    .map((transition) => `${JSON.stringify(transition)}\n`)
    .join('');
}
