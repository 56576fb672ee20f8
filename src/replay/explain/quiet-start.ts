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

/** The events of the rule so far. */
interface Events {
  /** Event time of the newest one of the groups in question. */
  newest: Millis;
  /** Names of all groups. */
  names: ReadonlySet<string>;
}

/** Longest windows that variants of a rule have, as a multiple of those of the rule. */
export const longestFactor = 10;

/**
 * Looks, while a journal is replayed with a rule, for the last record before a time at which a group was quiet for so long that no
 * variant of the rule can have kept anything of it: nothing in windows, and no open alert. A replay of the group may begin there.
 */
export class QuietStart {
  /** Undefined: a replay has to begin with the first record. */
  point: StartingPoint | undefined = undefined;
  readonly #at: Millis;
  readonly #need: Millis;
  readonly #isPossible: boolean;
  #taken: Millis = Number.NEGATIVE_INFINITY;

  /** `stages`: what the journal is replayed with. */
  constructor(rule: RuleConfig, at: Millis, stages: readonly Stage[], config: Config) {
    this.#at = at;
    this.#need = memoryOf(rule);
    this.#isPossible = forgetsQuietGroups(rule) && isReadBy(stages, rule, config);
  }

  /** Takes the place after a record. */
  offer(position: Position, engine: Engine, { newest, names }: Events): void {
    const { now } = engine;
    if (!this.#isPossible || !Number.isFinite(now) || now > this.#at - this.#need) return;
    if (newest > now - this.#need) return;
    // Ever more often towards the time: a snapshot costs as much as many records.
    if (now < this.#taken + Math.max(this.#need, (this.#at - now) / 2)) return;
    this.#taken = now;
    // A snapshot shares objects with the engine, which goes on; parts do not change.
    const { parts, ...state } = engineFormat.read(engine.snapshot());
    const snapshot = engineFormat.write({ ...structuredClone(state), parts });
    this.point = { position, snapshot, groups: new Set(names) };
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
export function isReadBy(stages: readonly Stage[], rule: RuleConfig, config: Config): boolean {
  const [stage, ...others] = stages;
  if (stage === undefined || others.length > 0) return false;
  const [own] = stage.analysis.rules;
  if (own === undefined || fingerprintOf(own) !== fingerprintOf(rule)) return false;
  const read = ({ time, parsers, processors, journal, limits }: Analysis) => [
    ...[time, parsers, processors, journal, limits],
  ];
  return isDeepStrictEqual(read(stage.analysis), read(analysisOf(config)));
}
