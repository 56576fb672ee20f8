import type { AccessLine } from './access-lines.ts';

/** A rule, as brute force sees it. */
export interface ExpectedRule {
  over: number;
  every: number;
  group: (line: AccessLine) => string;
  value: (inside: AccessLine[]) => number | undefined;
  holds: (value: number | undefined, count: number) => boolean;
}

export interface ExpectedEpisode {
  group: string;
  start: number;
  end: number;
  /** Of the window that ended it. */
  value: number | undefined;
  peak: number;
}

/** Looks at every window of the sorted lines, one by one: slow and plain, so that it can be believed. */
export function expectedEpisodes(lines: AccessLine[], rule: ExpectedRule): ExpectedEpisode[] {
  const groups = new Map<string, AccessLine[]>();
  for (const line of lines) groups.set(rule.group(line), [...(groups.get(rule.group(line)) ?? []), line]);
  return [...groups].flatMap(([group, own]) => episodesOf(group, own, rule)).sort(byStartAndGroup);
}

export const byStartAndGroup = (a: ExpectedEpisode, b: ExpectedEpisode) =>
  a.start - b.start || (a.group < b.group ? -1 : 1);

function episodesOf(group: string, lines: AccessLine[], rule: ExpectedRule): ExpectedEpisode[] {
  const episodes: ExpectedEpisode[] = [];
  let open: Pick<ExpectedEpisode, 'start' | 'peak'> | undefined;
  for (const end of windowEnds(lines, rule)) {
    const inside = lines.filter(({ time }) => time >= end - rule.over && time < end);
    const value = rule.value(inside);
    if (rule.holds(value, inside.length)) {
      open ??= { start: end - rule.every, peak: value! };
      open.peak = Math.max(open.peak, value!);
    } else if (open) {
      episodes.push({ group, ...open, end, value });
      open = undefined;
    }
  }
  return episodes;
}

/** Ends of the windows that hold a line, and of the first that holds it no more. */
function windowEnds(lines: AccessLine[], { over, every }: ExpectedRule): number[] {
  const ends = new Set<number>();
  for (const { time } of lines) {
    const first = (Math.floor(time / every) + 1) * every;
    for (let end = first; end <= time + over + every; end += every) ends.add(end);
  }
  return [...ends].sort((a, b) => a - b);
}
