import type { RuleConfig } from '../config/rules.ts';
import { LogboomError, messageOf } from '../errors.ts';
import type { Measure, Millis } from '../model.ts';
import { type Condition, opposite, parseCondition } from './condition.ts';
import { type Grouping, groupingBy } from './group.ts';
import { compileQuery, type Predicate } from './kql/compile.ts';
import { kibanaQuery } from './kql/kibana.ts';
import { type Amount, amountOf, type Parsed, parseMeasure } from './measure.ts';

/** A rule ready to be applied to events and windows. */
export interface CompiledRule extends Grouping {
  readonly config: RuleConfig;
  /** The filter in words that Kibana knows, for links. */
  readonly kibanaQuery: string;
  /** Whether the rule is about the event. */
  readonly filter: Predicate;
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
}

/** Makes a rule ready. Throws `RULE_INVALID` with all its problems, which `ruleProblems` lists beforehand. */
export function compileRule(config: RuleConfig): CompiledRule {
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
  const measure = read('measure', () => demand(parseMeasure(config.measure)));
  const amount = measure && read('measure', () => amountOf(measure));
  const condition = read('when', () => optional(config.when));
  const recover = read('recover', () => optional(config.recover));
  if (!filter || !measure || !amount || problems.length > 0)
    throw new LogboomError('RULE_INVALID', `rule ${config.name}: ${problems.join('; ')}`);
  return {
    config,
    kibanaQuery: kibanaQuery(config.where),
    filter,
    measure,
    amount,
    condition,
    recovery: condition && (recover ?? opposite(condition)),
    over: config.over,
    every: config.every ?? config.over,
    early: config.for === 0 && condition !== undefined && onlyBecomesTruer(measure, condition),
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
