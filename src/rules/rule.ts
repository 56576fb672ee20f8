import type { AlertSettings, RuleConfig } from '../config/schema/rules.ts';
import { LogboomError, messageOf } from '../errors.ts';
import type { Measure, Millis } from '../model.ts';
import { ActiveHours } from './active-hours.ts';
import { BaselineJudge } from './kinds/baseline/judge.ts';
import { type Condition, opposite, parseCondition } from './condition.ts';
import { type Grouping, groupingBy } from './group.ts';
import { holds, type Judge, judge, lookingAtWindows } from './judge.ts';
import { compileQuery, type Predicate } from './kql/compile.ts';
import { type Key, keysOf } from './kql/keys.ts';
import { kibanaQuery } from './kql/kibana.ts';
import { parseQuery } from './kql/parser.ts';
import { matchJudgement } from './match.ts';
import { type Amount, amountOf, type Parsed, parseMeasure } from './measure.ts';
import { NormalJudge } from './kinds/normal/judge.ts';
import { alertSettings } from './kinds/settings.ts';
import { SpikeJudge } from './kinds/spike/judge.ts';
import { StrikeJudge } from './occurrences/judge.ts';

/** A rule ready to be applied to events and windows. */
export interface CompiledRule extends Grouping {
  readonly config: AlertSettings;
  /** The filter in words that Kibana knows, for links. */
  readonly kibanaQuery: string;
  /** Whether the rule is about the event. */
  readonly filter: Predicate;
  /** What of the filter can be looked up. */
  readonly keys: readonly (readonly Key[])[];
  readonly measure: Measure;
  /** What the event brings to its window. */
  readonly amount: Amount;
  /** Undefined: the rule only counts. */
  readonly condition: Condition | undefined;
  /** When an active alert recovers: as configured, or when the condition no longer holds. */
  readonly recovery: Condition | undefined;
  readonly over: Millis;
  readonly every: Millis;
  /**
   * The condition can only become truer as events arrive, and nothing has to last: the alert may be raised the moment
   * it is true, before the window is over.
   */
  readonly early: boolean;
  /** An event that is too late for its window is counted in the oldest open one, for none must be lost. */
  readonly keepsLate: boolean;
  /** Moments are counted, those outside the active hours not at all. */
  readonly moments: boolean;
  /** When the condition is looked at; undefined: always. */
  readonly hours: ActiveHours | undefined;
}

/** Makes a rule ready. Throws `RULE_INVALID` with all its problems, which `ruleProblems` lists beforehand. */
export function compileRule(config: RuleConfig): CompiledRule {
  const settings = alertSettings(config);
  const compiled = compileSettings(settings, countedBy(config, settings));
  return isThreshold(config)
    ? compiled
    : {
        ...compiled,
        early: config.kind === 'match',
        keepsLate: config.kind === 'match',
        moments: 'quiet' in config,
      };
}

/** How the windows of a rule are judged. Each call gives a judge of its own, with an empty memory. */
export function judgeOf(config: RuleConfig, rule: CompiledRule): Judge {
  const byCondition = () =>
    lookingAtWindows(
      (observation) => judge(observation, rule),
      (value, count) => holds(value, count, rule),
    );
  switch (config.kind) {
    case 'threshold':
    case 'cardinality':
    case 'absence':
      return byCondition();
    case 'match':
      return lookingAtWindows(
        (observation) => matchJudgement(observation, rule.over),
        (_, count) => count > 0,
      );
    case 'baseline':
      return new BaselineJudge(config);
    case 'normal':
      return new NormalJudge(config);
    case 'spike':
      return new SpikeJudge(config);
    case 'change':
    case 'new-term':
      return new StrikeJudge(config);
  }
}

/** Kinds whose windows are judged by a measure and a condition alone. */
function isThreshold({ kind }: RuleConfig): boolean {
  return kind === 'threshold' || kind === 'cardinality';
}

/** What windows count and a plain condition tests; that of the settings may be words for people. */
interface Counted {
  measure: string;
  when: string | undefined;
}

function countedBy(config: RuleConfig, { measure, when }: AlertSettings): Counted {
  switch (config.kind) {
    case 'absence':
    case 'change':
    case 'new-term':
      return { measure: 'count', when };
    case 'normal':
      return { measure: `${config.statistic}(parameter)`, when: '>= 0' };
    case 'spike':
    case 'baseline':
      return { measure, when: '>= 0' };
    default:
      return { measure, when };
  }
}

function compileSettings(config: AlertSettings, counted: Counted): CompiledRule {
  const problems: string[] = [];
  const read = <T>(setting: string, parse: () => T): T | undefined => {
    try {
      return parse();
    } catch (thrown) {
      problems.push(`${setting}: ${messageOf(thrown)}`);
      return undefined;
    }
  };
  const filter = read('where', () => compileQuery(config.where));
  const measure = read('measure', () => demand(parseMeasure(counted.measure)));
  const amount = measure && read('measure', () => amountOf(measure));
  const condition = read('when', () => optional(counted.when));
  const recover = read('recover', () => optional(config.recover));
  if (!filter || !measure || !amount || problems.length > 0)
    throw new LogboomError('RULE_INVALID', `rule ${config.name}: ${problems.join('; ')}`);
  return {
    config,
    kibanaQuery: kibanaQuery(config.where),
    filter,
    keys: keysOf(parseQuery(config.where)),
    measure,
    amount,
    condition,
    recovery: condition && (recover ?? opposite(condition)),
    over: config.over,
    every: config.every ?? config.over,
    early: config.for === 0 && condition !== undefined && onlyBecomesTruer(measure, condition),
    keepsLate: false,
    moments: false,
    hours: config.activeHours && new ActiveHours(config.activeHours),
    ...groupingBy(config.by),
  };
}

/** A sum may fall by a negative number, an average by any; these measures move in one direction only. */
function onlyBecomesTruer(measure: Measure, condition: Condition): boolean {
  if (measure.kind === 'min') return condition.truer === 'as it falls';
  return ['count', 'rate', 'max', 'distinct'].includes(measure.kind) && condition.truer === 'as it grows';
}

function demand<T>(parsed: Parsed<T>): T {
  if ('ok' in parsed) return parsed.ok;
  throw new LogboomError('RULE_INVALID', `${parsed.problem}; ${parsed.remedy}`);
}

function optional(text: string | undefined): Condition | undefined {
  return text === undefined ? undefined : demand(parseCondition(text));
}
