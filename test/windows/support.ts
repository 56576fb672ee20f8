import type { Millis, WindowValue } from '../../src/model.ts';
import type { Occurrence, Tracker } from '../../src/rules/occurrences/judge.ts';
import type { WindowOptions } from '../../src/windows/options.ts';
import { Windows } from '../../src/windows/windows.ts';

/** Windows that count a tumbling second, but for what is given. */
export const open = (options: Partial<WindowOptions> = {}): Windows =>
  new Windows({ over: 1000, every: 1000, measure: { kind: 'count' }, maxGroups: 1000, ...options });

/** Closes windows and shows each as `group [start, end) value`. */
export function closing(windows: Windows, watermark: Millis, react = (_: WindowValue) => {}): string[] {
  const closed: string[] = [];
  windows.advance(watermark, (value) => {
    closed.push(`${value.group} [${value.start}, ${value.end}) ${value.value}`);
    react(value);
  });
  return closed;
}

/** What a tracker settles up to a time, each as `3 k a → b` or `3 g a`. */
export function occurrencesIn(tracker: Tracker, through: Millis): string[] {
  const told: string[] = [];
  const occurrence = ({ time, group, from, value }: Occurrence) =>
    told.push(`${time} ${group} ${from === undefined ? '' : `${from} → `}${value}`);
  tracker.complete(through, { occurrence, group: () => {}, passed: () => {} });
  return told;
}

/** The same in another order, which follows from the seed. */
export function shuffled<T>(all: readonly T[], seed: number): T[] {
  const keyed = all.map((one, place) => [Math.sin(seed + place * 7919) * 10_000, one] as const);
  return keyed.sort((a, b) => (a[0] % 1) - (b[0] % 1)).map(([, one]) => one);
}
