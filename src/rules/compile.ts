import type { AlertSettings } from '../config/schema/rule-settings.ts';
import { LogboomError, messageOf } from '../errors.ts';
import type { Measure, Millis } from '../model.ts';
import { ActiveHours } from './active-hours.ts';
import { type Condition, opposite, type Parsed, parseCondition, parseMeasure } from './condition.ts';
import {
  type Amount,
  amountOf,
  columnsOf,
  type EvidenceOf,
  evidenceFor,
  evidenceQuery,
  type Grouping,
  groupingBy,
} from './group.ts';
import { compileQuery, type Predicate } from './kql/compile.ts';
import { type Key, keysOf } from './kql/keys.ts';
import { kibanaQuery } from './kql/kibana.ts';
import { parseQuery } from './kql/parser.ts';

/** What windows count, and the plain condition that is tested on it. `when` is undefined for a rule that only counts. */
export interface Counting {
  measure: string;
  when: string | undefined;
}

/** How a kind treats events and windows. */
export interface Traits {
  /**
   * An alert may be raised as soon as its condition is true, before the window is over. That also takes a condition
   * that further events can only confirm, and a rule without `for`.
   */
  readonly raisesEarly: boolean;
  /** An event that is too late for its window is counted in the oldest open window instead of nowhere. */
  readonly keepsLate: boolean;
  /** The lack of events raises the alert, whatever the condition. */
  readonly absence?: true;
  /** Single moments are counted. Those outside the active hours are not counted at all. */
  readonly moments: boolean;
}

/** A rule that is ready to be applied to events and windows. It is immutable and holds no state. */
export interface CompiledRule extends Grouping, Pick<Traits, 'keepsLate' | 'moments'> {
  readonly config: AlertSettings;
  /** The filter in the query language of Kibana, for links. */
  readonly kibanaQuery: string;
  /** Fields that links show as columns. */
  readonly columns: readonly string[];
  /** Whether the rule is about the event. */
  readonly filter: Predicate;
  /** Field values that an event must have to pass the filter. See `keysOf`. */
  readonly keys: readonly (readonly Key[])[];
  readonly measure: Measure;
  /** What an event adds to its window. */
  readonly amount: Amount;
  /** Whether a line is evidence for an alert. */
  readonly evidence: EvidenceOf;
  /** Undefined: the rule only counts. */
  readonly condition: Condition | undefined;
  /** When an active alert recovers: as configured, else when the condition no longer holds. */
  readonly recovery: Condition | undefined;
  readonly over: Millis;
  readonly every: Millis;
  /** The alert may be raised before its window is over. */
  readonly early: boolean;
  /** Few events, or none, make the condition true. */
  readonly raisedByFew: boolean;
  /** When the condition is tested. Undefined: always. */
  readonly hours: ActiveHours | undefined;
}

/** What the state machine of alerts needs of a rule. */
export type StateRule = Pick<CompiledRule, 'config' | 'condition' | 'recovery' | 'over' | 'every' | 'hours'>;

/** Compiles the settings of a rule. Throws `RULE_INVALID` with all problems of the settings. */
export function compileSettings(config: AlertSettings, counting: Counting, traits: Traits): CompiledRule {
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
  const measure = read('measure', () => demand(parseMeasure(counting.measure)));
  const amount = measure && read('measure', () => amountOf(measure));
  const condition = read('when', () => optional(counting.when));
  const recover = read('recover', () => optional(config.recover));
  if (!filter || !measure || !amount || problems.length > 0)
    throw new LogboomError('RULE_INVALID', `rule ${config.name}: ${problems.join('; ')}`);
  return {
    config,
    kibanaQuery: kibanaQuery(evidenceQuery(config.where, measure, condition)),
    columns: columnsOf(config.by, measure),
    filter,
    keys: keysOf(parseQuery(config.where)),
    measure,
    amount,
    evidence: evidenceFor(measure, condition),
    condition,
    recovery: condition && (recover ?? opposite(condition)),
    over: config.over,
    every: config.every ?? config.over,
    early:
      traits.raisesEarly &&
      config.for === 0 &&
      condition !== undefined &&
      onlyBecomesTruer(measure, condition),
    raisedByFew: traits.absence ?? (condition !== undefined && condition.truer !== 'as it grows'),
    keepsLate: traits.keepsLate,
    moments: traits.moments,
    hours: config.activeHours && new ActiveHours(config.activeHours),
    ...groupingBy(config.by),
  };
}

/** A negative number lowers a sum, and any number may lower an average. These measures move in one direction only. */
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
