import type { RuleConfig } from '../../config/schema/rules.ts';
import type { Config } from '../../config/schema/schema.ts';
import { assembleEngine, correctionOf, limitsFor, memoryFor } from '../../engine/assemble-engine.ts';
import type { Episode, Millis, Output, Position } from '../../model.ts';
import { alertSettings, compileRule, startCompiled, startRule } from '../../rules/rule.ts';
import { otherGroup } from '../../windows/options.ts';
import { journalRecords } from '../backtest.ts';
import { decidedAfter, type LastEvent, type StartingPoint } from './replay-bounds.ts';
import { VariantRuns } from './variant-runs.ts';

/** The group and the event time in question. */
interface Place {
  group: string;
  at: Millis;
}

/** Kinds whose groups have nothing to do with each other, except that `maxGroups` bounds them. */
const apart = new Set<RuleConfig['kind']>(['threshold', 'cardinality', 'spike', 'baseline']);

/** What is replayed. Variants have the filter and the groups of the rule. */
interface Tried {
  rule: RuleConfig;
  variants: readonly RuleConfig[];
  config: Config;
  /** Where the replay of a group may begin. It is that of the group in question. */
  start?: StartingPoint | undefined;
  /** After which record the replay may end. */
  last?: LastEvent | undefined;
}

/**
 * Names of the rule and of its variants, as far as they had an alert of the group at the time. The event clock is that of the journal read
 * with the rule alone. The journal is read once, from the starting point up to where nothing about the time can change any more, and
 * the variants count no other group; where other groups or earlier events may matter, it is read again, as a whole.
 */
export async function outcomesOf(tried: Tried, place: Place): Promise<Set<string>> {
  const isApart = apart.has(tried.rule.kind) && place.group !== otherGroup;
  const fromStart: Attempt[] = tried.start === undefined ? [] : [{ start: tried.start, alone: true }];
  const attempts: Attempt[] = isApart ? [...fromStart, { alone: true }] : [];
  for (const attempt of attempts) {
    const outcomes = await played(tried, place, attempt);
    if (outcomes !== undefined) return outcomes;
  }
  return (await played(tried, place, { alone: false }))!;
}

interface Attempt {
  start?: StartingPoint | undefined;
  /** The variants count no other group. */
  alone: boolean;
}

/** Undefined where that is not exact. */
async function played(
  { rule, variants, config, last }: Tried,
  { group, at }: Place,
  { start, alone }: Attempt,
): Promise<Set<string> | undefined> {
  const alerts = new AlertsOf(group);
  const correction = correctionOf(config, memoryFor(config));
  const runs = variants.map((variant) =>
    startCompiled({ ...variantOf(variant), correction, limits: limitsFor(config) }),
  );
  // A longer window begins, and may raise, up to its length earlier or later.
  const reach = at + ('over' in rule ? rule.over : 0);
  const decided = reach + Math.max(...[rule, ...variants].map((one) => decidedAfter(one)));
  const tried = new VariantRuns({
    ...{ rule, runs, group: alone ? group : undefined, until: decided },
    mostGroups: Math.min(alertSettings(rule).maxGroups, config.limits.groups),
  });
  const engine = assembleEngine(config, {
    runs: (correction, limits) => [startRule(rule, undefined, undefined, correction, limits), tried],
  });
  if (start !== undefined) {
    engine.restore(start.snapshot);
    tried.beginAt(engine.now, start.groups);
  }
  // A late event changes what was decided. Without one, the variants do not have to play all the time in which it may come.
  const isLast = (position: Position) =>
    last !== undefined && decided <= last.until && position >= last.position;
  const [own] = engine.rules;
  const isSettled = () => tried.isSettled && (!tried.isWhole || (own?.lateGroups ?? 0) === 0);
  for await (const { record } of journalRecords(config.data, start?.position)) {
    for (const output of engine.process(record)) alerts.take(output);
    if (!alone) continue;
    if (!tried.isExact) return undefined;
    const final = isLast(record.position) ? decided : decided + config.time.correctFor;
    if (engine.now > final && isSettled()) return alerts.between(at, reach);
  }
  const isWholeReplay = tried.isWhole && start === undefined;
  return isWholeReplay || isSettled() ? alerts.between(at, reach) : undefined;
}

/** A variant that gets only events that pass the filter, keeps no lines, and records no windows: alerts depend on neither. */
function variantOf(variant: RuleConfig) {
  const config: RuleConfig = 'record' in variant ? { ...variant, record: false } : variant;
  const rule = { ...compileRule(config), filter: () => true, evidence: () => undefined };
  return { config, rule, kibana: undefined, observer: undefined };
}

/** Alerts of one group, by rule and id, as they were put out last. */
class AlertsOf {
  readonly #group: string;
  readonly #byRule = new Map<string, Map<string, Episode>>();

  constructor(group: string) {
    this.#group = group;
  }

  take(output: Output): void {
    if (output.kind !== 'episode' || output.episode.group !== this.#group) return;
    const { episode } = output;
    const known = this.#byRule.get(episode.rule) ?? new Map<string, Episode>();
    this.#byRule.set(episode.rule, known.set(episode.id, episode));
  }

  /** Rules with an alert that is open after `at` and begins up to `until`. */
  between(at: Millis, until: Millis): Set<string> {
    const isThen = ({ start, end = Number.POSITIVE_INFINITY, withdrawn }: Episode) =>
      !withdrawn && start <= until && end > at;
    return new Set(
      [...this.#byRule].filter(([, alerts]) => [...alerts.values()].some(isThen)).map(([rule]) => rule),
    );
  }
}
