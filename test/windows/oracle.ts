import type { Measure, Millis, WindowValue } from '../../src/model.ts';
import type { Amount } from '../../src/windows/aggregates/aggregate.ts';

/** Slow and obvious: all events are kept, and every window is measured from scratch. */
export interface Event {
  time: Millis;
  group: string;
  amount: Amount;
}

/** The exact nearest-rank percentile: the smallest value such that at least `percent` of all are not greater. */
export function nearestRank(values: number[], percent: number): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.find((_, index) => (index + 1) * 100 >= percent * sorted.length - 1e-4);
}

const numbersOf = (events: Event[]) =>
  events.flatMap(({ amount }) => amount).filter((amount) => typeof amount === 'number');

/** Adding eighths is exact in doubles, so tests that compare sums use amounts that are multiples of 1/8. */
const total = (values: number[]) => values.reduce((sum, value) => sum + value, 0);

export function measured(events: Event[], measure: Measure, over: Millis): number | undefined {
  const numbers = numbersOf(events);
  switch (measure.kind) {
    case 'count':
      return events.length;
    case 'rate':
      return (events.length * 1000) / over;
    case 'sum':
      return total(numbers);
    case 'avg':
      return numbers.length === 0 ? undefined : total(numbers) / numbers.length;
    case 'min':
      return numbers.length === 0 ? undefined : Math.min(...numbers);
    case 'max':
      return numbers.length === 0 ? undefined : Math.max(...numbers);
    case 'distinct':
      return new Set(events.flatMap(({ amount }) => amount).filter((amount) => amount !== undefined)).size;
    case 'share':
      return events.length === 0
        ? undefined
        : events.filter(({ amount }) => amount === true).length / events.length;
    case 'percentile':
      return nearestRank(numbers, measure.percent);
  }
}

export function windowOf(events: Event[], group: string, end: Millis, over: Millis): Event[] {
  return events.filter((event) => event.group === group && event.time >= end - over && event.time < end);
}

/** Every window end from the first window with an event to the first without any after the last. */
export function endsOf(events: Event[], over: Millis, every: Millis): Millis[] {
  const times = events.map(({ time }) => time);
  const ends: Millis[] = [];
  const first = Math.floor(Math.min(...times) / every) * every;
  for (let end = first; end <= Math.max(...times) + over + every; end += every) ends.push(end);
  return ends;
}

/** The group's value and count at an end, by the last visit at or before it. A group without a visit holds nothing. */
export function visited(visits: WindowValue[], group: string, end: Millis, nothing: number | undefined) {
  const last = visits.findLast((visit) => visit.group === group && visit.end <= end);
  return { value: last === undefined ? nothing : last.value, count: last?.count ?? 0 };
}
