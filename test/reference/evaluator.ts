/**
 * What rules come to, slow and obvious: all events are there at once, in order, and every window of every group is
 * measured from scratch. No panes, no state from one event to the next, no early alerts, no lateness.
 */
import type { Measure, Millis } from '../../src/model.ts';
import { type Event as Measured, measured } from '../windows/oracle.ts';
import type { Raised } from './messages.ts';

/** Something with a time and an amount: an event, or what a kind of rule makes of some. */
export type Item = Omit<Measured, 'group'>;

/** One window of one group. */
export interface Window {
  end: Millis;
  value: number | undefined;
  count: number;
}

export type Verdict = 'true' | 'calm' | 'between' | 'few' | 'nothing';

/** What a window says, and how far a value lies beyond what is wanted, as of that window. */
export interface Look extends Window {
  verdict: Verdict;
  beyond: (value: number) => number;
}

export interface Lengths {
  over: Millis;
  every: Millis;
  for: Millis;
  keepActiveFor: Millis;
  noData: 'hold' | 'recover';
}

export interface Episode extends Raised {
  start: Millis;
  status: string;
  peak: number | undefined;
  /** Of the window that ended it. */
  value: number | undefined;
}

/** Every window from the first that holds an item to long after the last. */
export function windowsOf(items: Item[], measure: Measure, { over, every, ...more }: Lengths): Window[] {
  const windows: Window[] = [];
  const times = items.map(({ time }) => time);
  const last = Math.max(...times) + 3 * over + more.for + more.keepActiveFor + 3 * every;
  for (let end = (Math.floor(Math.min(...times) / every) + 1) * every; end <= last; end += every) {
    const inside = items.filter(({ time }) => time >= end - over && time < end);
    const value = measured(
      inside.map((item) => ({ ...item, group: '' })),
      measure,
      over,
    );
    windows.push({ end, value, count: inside.length });
  }
  return windows;
}

/** Those that tile the time line. */
export const recorded = (windows: Window[], over: Millis): Window[] =>
  windows.filter(({ end, count }) => end % over === 0 && count > 0);

/** The stretches for which it is so bad that an alert is raised: from the first bad window to the one that ends it. */
export function episodesOf(group: string, looks: Look[], lengths: Lengths): Episode[] {
  const episodes: Episode[] = [];
  for (let first = 0; first < looks.length; ) {
    const raised = raisedAt(looks, first, lengths);
    if (raised === undefined) {
      first += 1;
      continue;
    }
    const start = looks[first]!.end - lengths.every;
    const over = endedAt(looks, raised, lengths);
    const during = looks.slice(first, over ?? looks.length);
    const ending = over === undefined ? undefined : looks[over]!;
    const status = ending ? 'inactive' : statusOf(during);
    episodes.push({
      ...{ group, start, raised: looks[raised]!.end, end: ending?.end, status },
      ...{ peak: peakOf(during), value: ending?.value },
      openFrom: openFrom(looks.slice(raised, over ?? looks.length), over === undefined, lengths),
    });
    first = (over ?? looks.length) + 1;
  }
  return episodes;
}

/** Where the condition has held for long enough since the end of the first window, if it does without a break. */
function raisedAt(looks: Look[], first: number, lengths: Lengths): number | undefined {
  for (let place = first; looks[place]?.verdict === 'true'; place += 1)
    if (looks[place]!.end - looks[first]!.end >= lengths.for) return place;
  return undefined;
}

/** The first window after it by which it was calm for long enough. */
function endedAt(looks: Look[], raised: number, lengths: Lengths): number | undefined {
  let calm: Millis | undefined;
  for (let place = raised + 1; place < looks.length; place += 1) {
    const { verdict, end } = looks[place]!;
    calm = isCalm(verdict, lengths) ? (calm ?? end) : undefined;
    if (calm !== undefined && end - calm >= lengths.keepActiveFor) return place;
  }
  return undefined;
}

const isCalm = (verdict: Verdict, { noData }: Lengths) =>
  verdict === 'calm' || ((verdict === 'nothing' || verdict === 'few') && noData === 'recover');

/** Of the windows of an alert that is open, the first from then on in which it does not recover. */
function openFrom(open: Look[], endless: boolean, lengths: Lengths): Raised['openFrom'] {
  return (time) => {
    const found = open.find(({ end, verdict }) => end >= time && !isCalm(verdict, lengths));
    if (found !== undefined) return found.end;
    // After the last item nothing changes but time.
    return endless ? Math.ceil(time / lengths.every) * lengths.every : undefined;
  };
}

/** Of an alert that is still open: after the last item nothing changes but that an end comes, so it is not recovering. */
function statusOf(during: Look[]): string {
  return during.at(-1)!.verdict === 'nothing' ? 'no-data' : 'active';
}

/** Of the values that were bad the farthest beyond; of equal ones the first. */
function peakOf(during: Look[]): number | undefined {
  let peak: number | undefined;
  for (const { verdict, value, beyond } of during)
    if (verdict === 'true' && (peak === undefined || beyond(value!) > beyond(peak))) peak = value;
  return peak;
}
