import type { Episode, Millis, Sample } from '../model.ts';
import type { Entry } from './entry.ts';

/** A line, and its event time. */
export interface TimedSample {
  time: Millis;
  sample: Sample;
  /** The line is the n-th of its group that is evidence, in the order of arrival. Undefined: unknown. */
  number?: number | undefined;
}

/** The lines that show why an alert is open. */
export interface Evidence {
  /** The first lines of the window, at most five. */
  first: TimedSample[];
  /** The last line, where the alert was open before it. */
  last: TimedSample | undefined;
  /** Number of the last line of the group. */
  through: number;
}

export const noEvidence = (): Evidence => ({ first: [], last: undefined, through: 0 });

const mostFirst = 5;

/**
 * The samples of an episode: its first lines, and its last line so far. There may be fewer than five first lines until the
 * window is over that raised the alert. The entry keeps which of the samples are first ones.
 */
export function showEvidence(entry: Entry, evidence: () => Evidence): Pick<Episode, 'samples' | 'omitted'> {
  const { episode } = entry;
  const { first, last, through } = evidence();
  const before = entry.shown ?? { first: episode.samples.length, from: 0, to: 0 };
  const more = first
    .filter(({ number = 0 }) => before.first === 0 || number > before.to)
    .slice(0, Math.max(0, mostFirst - before.first));
  const shown = [...episode.samples.slice(0, before.first), ...more.map(({ sample }) => sample)];
  const from = before.from || (more[0]?.number ?? 0);
  const to = Math.max(before.to, more.at(-1)?.number ?? 0);
  entry.shown = { first: shown.length, from, to };
  const isLater = last !== undefined && (last.number ?? 0) > to;
  const samples = isLater ? [...shown, last.sample] : [...shown, ...episode.samples.slice(before.first)];
  const lines = from > 0 && through >= from ? through - from + 1 : 0;
  return { samples, omitted: Math.max(lines - samples.length, isLater ? 0 : (episode.omitted ?? 0), 0) };
}
