import { isDeepStrictEqual } from 'node:util';
import type { RuleConfig } from '../../config/schema/rules.ts';
import type { Config } from '../../config/schema/schema.ts';
import { type Analysis, analysisOf } from '../../engine/analysis.ts';
import type { Engine } from '../../engine/engine.ts';
import { engineFormat } from '../../engine/engine-state.ts';
import type { Millis, Position } from '../../model.ts';
import { alertSettings, compileRule } from '../../rules/rule.ts';
import { fingerprintOf } from '../../rules/run/run.ts';
import type { Stage } from '../staged-engine.ts';

/** A record after which a replay may begin. */
export interface StartingPoint {
  position: Position;
  /** The engine with the rule after that record. */
  snapshot: ReturnType<Engine['snapshot']>;
  /** Names of the groups that the rule had by then. */
  groups: ReadonlySet<string>;
}

/** The last record with an event of the groups in question that is not later than `until`, an event time. */
export interface LastEvent {
  position: Position;
  until: Millis;
}

/** The events of the rule so far. */
interface Events {
  /** Event time of the newest one of the groups in question. */
  newest: Millis;
  /** Names of all groups. */
  names: ReadonlySet<string>;
  /** Event time of the oldest one of the groups in question since the last call. */
  takeOldest(): Millis;
}

/** Longest windows that variants of a rule have, as a multiple of those of the rule. */
export const longestFactor = 10;
/** Timers of alerts are looked at in steps. */
const timersAfter = 60_000;

/**
 * By so much has the event clock to be later than a time for all that led to an alert then to be decided, but for late events. `factor`: with
 * windows and a `for` that are so many times as long.
 */
export function decidedAfter(rule: RuleConfig, factor = 1): Millis {
  const { over, every = over, lateness, for: lasting, keepActiveFor } = alertSettings(rule);
  return factor * (2 * over + every + lasting) + lateness + keepActiveFor + timersAfter;
}

/**
 * Looks, while a journal is replayed with a rule, for the part of it that variants of the rule have to be replayed on to know whether they
 * had an alert of a group at a time. It begins after the last record before which the group was quiet for so long that no variant can have kept
 * anything of it: nothing in windows, and no open alert. It ends no earlier than the last record with an event that may matter.
 */
export class ReplayBounds {
  /** Undefined: a replay has to begin with the first record. */
  start: StartingPoint | undefined = undefined;
  /** Undefined: late events may come for as long as they are counted. */
  readonly last: LastEvent | undefined;
  readonly #at: Millis;
  readonly #need: Millis;
  readonly #mayBeginLate: boolean;
  #taken: Millis = Number.NEGATIVE_INFINITY;

  /** `stages`: what the journal is replayed with. */
  constructor(rule: RuleConfig, at: Millis, stages: readonly Stage[], config: Config) {
    this.#at = at;
    this.#need = memoryOf(rule);
    const isSame = isReadBy(stages, rule, config);
    this.#mayBeginLate = isSame && forgetsQuietGroups(rule);
    const until = at + alertSettings(rule).over + decidedAfter(rule, longestFactor);
    this.last = isSame ? { position: 0, until } : undefined;
  }

  /** Takes a record that was replayed. */
  take(position: Position, engine: Engine, events: Events): void {
    const { last } = this;
    if (last !== undefined && events.takeOldest() <= last.until) last.position = position;
    this.#offerStart(position, engine, events);
  }

  #offerStart(position: Position, engine: Engine, { newest, names }: Events): void {
    const { now } = engine;
    if (!this.#mayBeginLate || !Number.isFinite(now) || now > this.#at - this.#need) return;
    if (newest > now - this.#need) return;
    // Ever more often towards the time: a snapshot costs as much as many records.
    if (now < this.#taken + Math.max(this.#need, (this.#at - now) / 2)) return;
    this.#taken = now;
    // A snapshot shares objects with the engine, which goes on; parts do not change.
    const { parts, ...state } = engineFormat.read(engine.snapshot());
    const snapshot = engineFormat.write({ ...structuredClone(state), parts });
    this.start = { position, snapshot, groups: new Set(names) };
  }
}

/** After so long without events, a variant of the rule remembers nothing of a group. */
function memoryOf(rule: RuleConfig): Millis {
  const { over, every = over, lateness, for: lasting, keepActiveFor } = alertSettings(rule);
  return longestFactor * (2 * over + lasting) + 2 * every + lateness + keepActiveFor;
}

/** Whether an alert always ends where there are no events, and nothing else is remembered of a group. */
export function forgetsQuietGroups(rule: RuleConfig): boolean {
  if (rule.kind !== 'threshold' && rule.kind !== 'cardinality') return false;
  if (rule.kind === 'threshold' && (rule.expect ?? []).length > 0) return false;
  const { minCount, noData, activeHours } = alertSettings(rule);
  const { condition, recovery, measure } = compileRule(rule);
  if (activeHours !== undefined || condition?.truer !== 'as it grows') return false;
  if (condition.test(0) || !recovery!.test(0)) return false;
  const isZero = ['count', 'rate', 'distinct'].includes(measure.kind) && minCount === 0;
  return isZero || noData === 'recover';
}

/** Whether the journal is replayed with the rule as with the configuration. */
function isReadBy(stages: readonly Stage[], rule: RuleConfig, config: Config): boolean {
  const [stage, ...others] = stages;
  if (stage === undefined || others.length > 0) return false;
  const [own] = stage.analysis.rules;
  if (own === undefined || fingerprintOf(own) !== fingerprintOf(rule)) return false;
  const read = ({ time, parsers, processors, journal, limits }: Analysis) => [
    ...[time, parsers, processors, journal, limits],
  ];
  return isDeepStrictEqual(read(stage.analysis), read(analysisOf(config)));
}
