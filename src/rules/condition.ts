import type { AlertSettings } from '../config/schema/rule-settings.ts';
import type { Measure, Observation } from '../model.ts';
import { comparedInUnit } from '../util/figures.ts';
import { formatNumber, formatShare } from '../util/text.ts';
import { type Judge, type Judgement, memorylessJudge, tooFew } from './judge.ts';

/** Either what was read, or what is wrong with it and what to write instead. */
export type Parsed<T> = { ok: T } | { problem: string; remedy: string };

const forms =
  'write count, rate, sum(field), avg(field), min(field), max(field), percentile(field, 95), distinct(field) or share(KQL)';

/** Reads a rule's `measure`. The query of a share is not looked into here: `amountOf` compiles it. */
export function parseMeasure(text: string): Parsed<Measure> {
  const match = /^\s*([a-z]+)\s*(?:\(([\s\S]*)\))?\s*$/.exec(text);
  const [, kind, inside] = match ?? [];
  const content = inside?.trim() ?? '';
  switch (kind) {
    case 'count':
    case 'rate':
      return inside === undefined
        ? { ok: { kind } }
        : { problem: `the measure ${kind} takes no field`, remedy: `write ${kind}` };
    case 'share':
      return content
        ? { ok: { kind, query: content } }
        : {
            problem: 'the measure share needs a query',
            remedy: 'write for example share(log.level >= error)',
          };
    case 'percentile':
      return percentile(content);
    case 'sum':
    case 'avg':
    case 'min':
    case 'max':
    case 'distinct':
      return isField(content)
        ? { ok: { kind, field: content } }
        : {
            problem: `the measure ${kind} needs one field`,
            remedy: `write for example ${kind}(event.duration)`,
          };
    default:
      return { problem: `${JSON.stringify(text)} is no measure`, remedy: forms };
  }
}

function percentile(content: string): Parsed<Measure> {
  const [field, percent, ...more] = content.split(',').map((part) => part.trim());
  const value = Number(percent);
  if (isField(field!) && percent && more.length === 0 && value > 0 && value < 100)
    return { ok: { kind: 'percentile', field: field!, percent: value } };
  return {
    problem: 'the measure percentile needs a field and a number between 0 and 100',
    remedy: 'write for example percentile(event.duration, 95)',
  };
}

function isField(text: string): boolean {
  return /^[^\s,()"]+$/.test(text);
}

/** A comparison of a measure, as it stands in a rule. */
export interface Condition {
  /** As people read it: `>= 5`, `outside 10..20`. */
  readonly text: string;
  test(value: number): boolean;
  /** `7 is >= 5`, `4 is not >= 5`; `51.8 MB is >= 50 MB` of a measure with a unit. */
  describe(value: number, measure?: string): string;
  /** It can only become truer as the value grows (`>`, `>=`) or falls (`<`, `<=`). */
  readonly truer: 'as it grows' | 'as it falls' | undefined;
  /** How far beyond its bound a value lies; the farthest of an episode is its peak. Negative before the bound. */
  distance(value: number): number;
  /** The numbers in it: beside them it changes from true to false. */
  readonly bounds: readonly number[];
}

type Core = Pick<Condition, 'test' | 'truer' | 'distance'>;

const comparisons: Record<string, (bound: number) => Core> = {
  '>=': (bound) => ({
    test: (value) => value >= bound,
    truer: 'as it grows',
    distance: (value) => value - bound,
  }),
  '>': (bound) => ({
    test: (value) => value > bound,
    truer: 'as it grows',
    distance: (value) => value - bound,
  }),
  '<=': (bound) => ({
    test: (value) => value <= bound,
    truer: 'as it falls',
    distance: (value) => bound - value,
  }),
  '<': (bound) => ({
    test: (value) => value < bound,
    truer: 'as it falls',
    distance: (value) => bound - value,
  }),
  '==': (bound) => ({
    test: (value) => value === bound,
    truer: undefined,
    distance: (value) => -Math.abs(value - bound),
  }),
  '!=': (bound) => ({
    test: (value) => value !== bound,
    truer: undefined,
    distance: (value) => Math.abs(value - bound),
  }),
};

const ranges: Record<string, (low: number, high: number) => Core> = {
  inside: (low, high) => ({
    test: (value) => value >= low && value <= high,
    truer: undefined,
    distance: (value) => Math.min(value - low, high - value),
  }),
  outside: (low, high) => ({
    test: (value) => value < low || value > high,
    truer: undefined,
    distance: (value) => Math.max(low - value, value - high),
  }),
};

const number = String.raw`[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?%?`;
const comparison = new RegExp(`^(>=|<=|==|!=|>|<|=)\\s*(${number})$`);
const range = new RegExp(`^(inside|outside)\\s+(${number})\\s*\\.\\.\\s*(${number})$`);

/** Reads a rule's `when` or `recover`. `5%` is 0.05. The ends of a range belong to its inside. */
export function parseCondition(source: string): Parsed<Condition> {
  const text = source.trim();
  const compared = comparison.exec(text);
  if (compared) {
    const mark = compared[1] === '=' ? '==' : compared[1]!;
    const bound = boundOf(compared[2]!);
    return { ok: condition(`${mark} ${compared[2]}`, comparisons[mark]!(bound), [bound]) };
  }
  const ranged = range.exec(text);
  if (!ranged)
    return {
      problem: `${JSON.stringify(source)} is no condition`,
      remedy: 'write for example >= 5, < 2%, == 0 or outside 10..20',
    };
  const [, word, low, high] = ranged as unknown as [string, string, string, string];
  const bounds = [boundOf(low), boundOf(high)] as const;
  if (bounds[0] > bounds[1])
    return { problem: `the range ${low}..${high} is empty`, remedy: `write ${high}..${low}` };
  return { ok: condition(`${word} ${low}..${high}`, ranges[word]!(...bounds), bounds) };
}

function condition(text: string, core: Core, bounds: readonly number[]): Condition {
  const [isShare, compared] = [text.includes('%'), comparedInUnit(text)];
  return {
    text,
    ...core,
    bounds,
    describe(value, measure = '') {
      const inUnit = measure.includes('(') ? compared(value, measure) : undefined;
      const figures = inUnit ?? { value: shown(value, isShare, core.test), condition: text };
      return `${figures.value} is ${core.test(value) ? '' : 'not '}${figures.condition}`;
    },
  };
}

/** Rounded for people, but not onto the other side of a bound: 4.9999 is not said to be 5 where `>= 5` does not hold. */
function shown(value: number, isShare: boolean, test: Condition['test']): string {
  const rounded = isShare ? formatShare(value) : formatNumber(value);
  if (test(boundOf(rounded)) === test(value)) return rounded;
  return isShare ? `${value * 100}%` : String(value);
}

/** `when` turned round: the recovery of a rule that names none. */
export function opposite(when: Condition): Condition {
  return {
    text: `not ${when.text}`,
    test: (value) => !when.test(value),
    describe: (value, measure) => when.describe(value, measure),
    truer: undefined,
    distance: (value) => -when.distance(value),
    bounds: when.bounds,
  };
}

/** A value for which both hold, a plain one first: a rule that raises and recovers at once would never rest. */
export function overlap(one: Condition, other: Condition): number | undefined {
  const edges = [...one.bounds, ...other.bounds].toSorted((a, b) => a - b);
  const between = edges.slice(1).map((edge, place) => (edge + edges[place]!) / 2);
  const around = edges.flatMap((edge) => [edge - 1, edge + 1, edge / 2, edge * 2]);
  const step = (edge: number) => Math.max(1e-9, Math.abs(edge) * 1e-9);
  const beside = edges.flatMap((edge) => [edge - step(edge), edge + step(edge)]);
  return [...edges, ...between, ...around, ...beside].find((value) => one.test(value) && other.test(value));
}

function boundOf(literal: string): number {
  return literal.endsWith('%') ? shareOf(literal.slice(0, -1)) : Number(literal);
}

/** Divides by moving the point, so that 7% is 0.07 and not 0.07000000000000001. */
function shareOf(percent: string): number {
  return Number(`${Number(percent)}e-2`) || Number(percent) / 100;
}

/** What of a rule decides on a window. */
interface Conditions {
  readonly config: Pick<AlertSettings, 'measure' | 'minCount'>;
  readonly condition: Condition | undefined;
  readonly recovery: Condition | undefined;
  readonly measure: Measure;
}

/** Measures of which an empty window has a value. */
const totals = new Set<Measure['kind']>(['count', 'rate', 'sum', 'distinct']);

/** A judge that tests the rule's measure and condition on each window alone. */
export const conditionJudge = (rule: Conditions): Judge => ({
  judge: (_, observation) => judgeByCondition(observation, rule),
  holds: (value, count) => holds(value, count, rule),
  bound: rule.condition?.bounds.length === 1 ? { threshold: rule.condition.bounds[0]! } : undefined,
  ...memorylessJudge,
});

/**
 * In a window with fewer events than `minCount` the condition cannot be judged. The recovery can, where the measure is a
 * total: that few events are few is observed. A share or an average of a few events says nothing.
 */
export function judgeByCondition(
  { value, count, about }: Observation,
  { config, condition, recovery, measure }: Conditions,
): Judgement {
  if (!condition || !recovery)
    return { verdict: 'calm', reason: 'the rule has no condition, it only counts' };
  if (value === undefined)
    return { verdict: 'nothing', reason: `there is nothing to measure as ${config.measure}` };
  const measured = about ? `${config.measure} about` : config.measure;
  const isFew = count < config.minCount;
  if (isFew && !(totals.has(measure.kind) && recovery.test(value)))
    return { verdict: 'few', reason: tooFew(count, config.minCount) };
  const reasonOf = (one: Condition) => `${measured} ${one.describe(value, config.measure)}`;
  if (!isFew && condition.test(value)) return { verdict: 'true', reason: reasonOf(condition) };
  if (recovery.test(value)) return { verdict: 'calm', reason: reasonOf(recovery) };
  return { verdict: 'between', reason: reasonOf(condition) };
}

/** Whether `judgeByCondition` returns the verdict `true`. */
function holds(value: number | undefined, count: number, { config, condition }: Conditions): boolean {
  return condition !== undefined && value !== undefined && count >= config.minCount && condition.test(value);
}
