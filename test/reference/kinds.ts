/** What each kind of rule looks at, in plain words over all events in order. */
import type { RuleConfig } from '../../src/config/schema/rules.ts';
import type { Measure, Millis } from '../../src/model.ts';
import type { KindConfig } from '../../src/rules/kinds/index.ts';
import {
  type Episode,
  episodesOf,
  type Item,
  type Lengths,
  type Look,
  recorded,
  type Verdict,
  type Window,
  windowsOf,
} from './evaluator.ts';
import { type Message, messagesOf } from './messages.ts';

/** An event as rules see it here: its time, and a few fields. */
export interface Fact {
  time: Millis;
  host: string;
  n: number | undefined;
  version: string | undefined;
}

/** A comparison, as a rule writes it and in plain words. */
export interface Comparison {
  text: string;
  holds: (value: number) => boolean;
  beyond: (value: number) => number;
}

/** A rule, and what its texts mean. */
export interface ReferenceRule<C extends RuleConfig = RuleConfig> {
  config: C;
  /** `where` */
  is: (fact: Fact) => boolean;
  measure: Measure;
  /** What a fact brings to the measure. */
  amount: (fact: Fact) => Item['amount'];
  when?: Comparison | undefined;
  recover?: Comparison | undefined;
  /** The bounds of `normal`, by field. */
  bounds?: Record<string, Comparison>;
}

export interface Result {
  windows: ({ group: string } & Window)[];
  episodes: Episode[];
}

export interface Evaluation extends Result {
  messages: Message[];
}

const counting: Measure = { kind: 'count' };
const once: Comparison = { text: '>= 1', holds: (value) => value >= 1, beyond: (value) => value - 1 };

/** `through`: the event time up to which everything is known; `start`: when event time began. */
export function evaluate(rule: ReferenceRule, facts: Fact[], start: Millis, through: Millis): Evaluation {
  const result = resultsOf(rule, facts, start, through);
  const messages = [...new Set(result.episodes.map(({ group }) => group))].flatMap((name) => {
    const own = result.episodes.filter(({ group }) => group === name);
    return messagesOf(own, rule.config, through);
  });
  return { ...result, messages };
}

function resultsOf(rule: ReferenceRule, facts: Fact[], start: Millis, through: Millis): Result {
  const { config } = rule;
  const groups = groupsOf(rule, facts.filter(rule.is));
  if (config.kind === 'absence') return { windows: [], episodes: absences(config, groups, start, through) };
  const results = [...groups].flatMap(([group, own]) =>
    config.kind === 'normal' ? figures(rule, config, group, own) : [resultOf(rule, group, own)],
  );
  return {
    windows: results.flatMap(({ windows }) => windows),
    episodes: results.flatMap(({ episodes }) => episodes),
  };
}

function groupsOf({ config: { by } }: ReferenceRule, facts: Fact[]): Map<string, Fact[]> {
  const groups = new Map<string, Fact[]>();
  for (const fact of facts) {
    const group = by.length === 0 ? '' : fact.host;
    groups.set(group, [...(groups.get(group) ?? []), fact]);
  }
  return groups;
}

function resultOf(rule: ReferenceRule, group: string, facts: Fact[]): Result {
  const { config, measure, amount } = rule;
  const items = facts.map((fact) => ({ time: fact.time, amount: amount(fact) }));
  switch (config.kind) {
    case 'match':
      return moments(group, items, config.quiet);
    case 'change':
      return moments(group, changes(config, facts), config.quiet);
    case 'new-term':
      return moments(group, newTerms(config, facts), config.quiet);
    case 'spike':
      return judged(group, items, measure, config, (windows) => spikes(config, windows));
    case 'threshold':
    case 'cardinality':
      return judged(group, items, measure, config, (windows) =>
        windows.map((window) => thresholdLook(window, config.minCount, rule)),
      );
    default:
      return { windows: [], episodes: [] };
  }
}

type Windowed = Pick<KindConfig<'spike'>, 'over' | 'every' | 'record' | 'for' | 'keepActiveFor'> & {
  noData?: 'hold' | 'recover';
};

function judged(
  group: string,
  items: Item[],
  measure: Measure,
  { over, every = over, record, noData = 'hold', ...lasting }: Windowed,
  judge: (windows: Window[]) => Look[],
): Result {
  if (items.length === 0) return { windows: [], episodes: [] };
  const lengths: Lengths = { over, every, noData, for: lasting.for, keepActiveFor: lasting.keepActiveFor };
  const windows = windowsOf(items, measure, lengths);
  return {
    windows: record ? recorded(windows, over).map((window) => ({ group, ...window })) : [],
    episodes: episodesOf(group, judge(windows), lengths),
  };
}

/** Alerts about moments last until there was none for the quiet time, dated to a tenth of it. */
function moments(group: string, items: Item[], quiet: Millis): Result {
  const windowed: Windowed = { over: quiet, every: quiet / 10, record: false, for: 0, keepActiveFor: 0 };
  return judged(group, items, counting, windowed, (windows) =>
    windows.map((window) => thresholdLook(window, 0, { when: once })),
  );
}

function thresholdLook(
  window: Window,
  minCount: number,
  { when, recover, measure }: Pick<ReferenceRule, 'when' | 'recover'> & { measure?: Measure },
): Look {
  const isTotal = ['count', 'rate', 'sum', 'distinct'].includes(measure?.kind ?? '');
  const { value, count } = window;
  const verdict = (): Verdict => {
    if (when === undefined) return 'calm';
    if (value === undefined) return 'nothing';
    if (count < minCount && !(isTotal && (recover === undefined ? !when.holds(value) : recover.holds(value))))
      return 'few';
    if (count >= minCount && when.holds(value)) return 'true';
    return recover === undefined || recover.holds(value) ? 'calm' : 'between';
  };
  return { ...window, verdict: verdict(), beyond: when?.beyond ?? (() => 0) };
}

function figures(rule: ReferenceRule, config: KindConfig<'normal'>, group: string, facts: Fact[]): Result[] {
  return Object.entries(rule.bounds!).map(([field, when]) => {
    const items = facts.flatMap(({ time, n }) => (n === undefined ? [] : [{ time, amount: n }]));
    const measure: Measure = { kind: config.statistic, field };
    const name = group === '' ? field : `${group}, ${field}`;
    return judged(name, items, measure, config, (windows) =>
      windows.map((window) => thresholdLook(window, config.minCount, { when })),
    );
  });
}

/** Each window against the one before. A group's history begins with its first event, and anew after two empty windows. */
function spikes(config: KindConfig<'spike'>, windows: Window[]): Look[] {
  const { over, ratio, direction, minBefore, minCount } = config;
  let began = windows[0]!.end;
  let empty: Millis | undefined;
  return windows.map((window) => {
    const { end, value, count } = window;
    if (count > 0 && empty !== undefined && end >= empty + 2 * over) began = end;
    empty = count > 0 ? undefined : (empty ?? end);
    const before = windows.findLast((other) => other.end <= end - over && other.end >= began);
    const factor = (value ?? 0) / (before?.value ?? 0);
    const comparable =
      end >= began + 2 * over && before !== undefined && before.count >= minBefore && before.value! > 0;
    const up = direction !== 'down' && factor >= ratio && count >= minCount;
    const down = direction !== 'up' && factor <= 1 / ratio;
    const bad = comparable && value !== undefined && (up || down);
    const few =
      comparable && value !== undefined && direction !== 'down' && factor >= ratio && count < minCount;
    return {
      ...window,
      verdict: bad ? 'true' : few ? 'few' : 'calm',
      beyond: (v) => Math.abs(v - (before?.value ?? 0)),
    };
  });
}

/**
 * Events whose value is another one than in the event before, where that one is not forgotten. Of a tenth of the quiet time
 * the first and the last event with each value are looked at, those of one moment with the value before first.
 */
function changes({ forget, quiet }: KindConfig<'change'>, facts: Fact[]): Item[] {
  const known = facts.filter(({ version }) => version !== undefined);
  const isSame = (one: Fact, other: Fact) =>
    one.version === other.version &&
    Math.floor(one.time / (quiet / 10)) === Math.floor(other.time / (quiet / 10));
  const left = known
    .filter((fact, place) => {
      const [before, after] = [known.slice(0, place), known.slice(place + 1)];
      return !before.some((other) => isSame(fact, other)) || !after.some((other) => isSame(fact, other));
    })
    .sort((a, b) => a.time - b.time || (a.version! < b.version! ? -1 : 1));
  const items: Item[] = [];
  for (let before: Fact | undefined; left.length > 0; ) {
    const moment = left.filter(({ time }) => time === left[0]!.time);
    const isKnown = before !== undefined && moment[0]!.time - before.time <= forget;
    const next: Fact =
      (isKnown ? moment.find(({ version }) => version === before?.version) : undefined) ?? moment[0]!;
    left.splice(left.indexOf(next), 1);
    const changed =
      before !== undefined && before.version !== next.version && next.time - before.time <= forget;
    if (changed) items.push({ time: next.time, amount: 1 });
    before = next;
  }
  return items;
}

/** Events with a value that the group did not have for so long; after a longer silence it only learns again. */
function newTerms({ warmUp, remember }: KindConfig<'new-term'>, facts: Fact[]): Item[] {
  const known = facts.filter(({ version }) => version !== undefined);
  let since = known[0]?.time ?? 0;
  return known.flatMap(({ time, version }, place) => {
    const earlier = known.slice(0, place);
    if (earlier.length > 0 && time > earlier.at(-1)!.time + remember) since = time;
    const last = earlier.findLast((other) => other.version === version);
    const isNew = time >= since + warmUp && (last === undefined || last.time < time - remember);
    return isNew ? [{ time, amount: 1 }] : [];
  });
}

/** Gaps of more than `every`, from the last sign of life to the next, or until the group is forgotten. */
function absences(
  { every, expect, learn, forget, by }: KindConfig<'absence'>,
  groups: Map<string, Fact[]>,
  start: Millis,
  through: Millis,
): Episode[] {
  const roster = by.length === 0 ? [''] : expect;
  const names = new Set([...roster, ...(learn ? groups.keys() : [])]);
  return [...names].flatMap((group) => {
    const times = (groups.get(group) ?? []).map(({ time }) => time);
    const expected = roster.includes(group);
    const marks = expected && !(times[0]! <= start) ? [start, ...times] : times;
    return marks.flatMap((last, place): Episode[] => {
      const next = marks[place + 1] ?? Number.POSITIVE_INFINITY;
      if (Math.min(next, through) - last <= every) return [];
      const forgotten = expected ? Number.POSITIVE_INFINITY : last + forget;
      const until = Math.min(next, forgotten);
      const ended = until <= through;
      const [end, value] = ended ? [until, (until - last) / 1000] : [undefined, undefined];
      const status = ended ? 'inactive' : 'active';
      const raised = last + every;
      const openFrom = (time: Millis) => (time < until ? time : undefined);
      return [{ group, start: last, raised, end, status, peak: every / 1000, value, openFrom }];
    });
  });
}
