import type { Transition } from '../model.ts';

/**
 * Sorts transitions by event time, then by the order of the rules. Without it the order between rules would depend on
 * ticks; the order within a rule never does.
 */
export function inEventTime(transitions: readonly Transition[], rules: readonly string[]): Transition[] {
  const place = new Map(rules.map((name, index) => [name, index]));
  const placeOf = ({ rule }: Transition) => place.get(rule) ?? rules.length;
  return [...transitions].sort((one, other) => one.at - other.at || placeOf(one) - placeOf(other));
}

/** The transition log: one JSON object per line, byte for byte the same for a live run and a replay of the same events. */
export function transitionLog(transitions: readonly Transition[], rules: readonly string[]): string {
  return inEventTime(transitions, rules)
    .map((transition) => `${JSON.stringify(transition)}\n`)
    .join('');
}
