import { isDeepStrictEqual } from 'node:util';
import type { Output, RuleChanges } from '../model.ts';
import { startRule } from '../rules/rule.ts';
import type { Observer } from '../rules/run/observer.ts';
import type { RuleLimits, Run } from '../rules/run/run.ts';
import type { EventClock } from '../windows/clocks/event-clock.ts';
import type { CorrectionMemory } from '../windows/history/memory.ts';
import { type Analysis, ruleChanges } from './analysis.ts';
import {
  clockFor,
  correctionOf,
  downAfterOf,
  limitsFor,
  memoryFor,
  type Reading,
  readerOf,
} from './assemble-engine.ts';
import type { Engine } from './engine.ts';
import type { EngineParts } from './engine-state.ts';

/**
 * Lets the engine go on by another analysis, between two records. A rule that counts the same goes on with its windows,
 * timers and alerts; one that changed begins anew. What is put out are the ends of alerts whose rule goes. Throws
 * `RULE_INVALID`, and then everything is as it was. `observer`: the one with which the engine was assembled.
 */
export function swapAnalysis(
  engine: Engine,
  from: Analysis,
  to: Analysis,
  reading: Reading = {},
  observer?: Observer,
): Output[] {
  const memory = isSameMemory(from, to) ? engine.memory : memoryFor(to);
  const limits = isSameBudget(from, to) ? engine.limits : limitsFor(to);
  const shared = { memory, limits, observer };
  const parts: Partial<EngineParts> = { downAfter: downAfterOf(to), memory, limits };
  if (!isDeepStrictEqual(from.time, to.time) || from.limits?.sources !== to.limits.sources)
    parts.clock = nextClock(engine, to);
  parts.events = readerOf(to, reading);
  parts.runs = nextRuns(engine, from, to, shared);
  const changes = ruleChanges(from, to);
  return engine.swap(parts, (name) => `the rule was ${fateOf(name, changes)}`);
}

function isSameMemory({ time: from }: Analysis, { time: to }: Analysis): boolean {
  const { correctFor, correctionMemory, late } = to;
  return from.correctFor === correctFor && from.correctionMemory === correctionMemory && from.late === late;
}

/** Whether rules go on sharing what they share. An analysis of an earlier version has no limits. */
function isSameBudget({ limits: from }: Partial<Analysis>, { limits: to }: Analysis): boolean {
  return from !== undefined && from.groups === to.groups && from.values === to.values;
}

/** What all runs share. */
interface Shared {
  memory: CorrectionMemory | undefined;
  limits: RuleLimits;
  observer: Observer | undefined;
}

function nextRuns(engine: Engine, from: Analysis, to: Analysis, { memory, limits, observer }: Shared): Run[] {
  const isSame =
    isDeepStrictEqual(from.kibana, to.kibana) && memory === engine.memory && limits === engine.limits;
  const continued: [present: Run, next: Run][] = [];
  const runs = to.rules
    .filter(({ enabled }) => enabled)
    .map((rule) => {
      const present = engine.rules.find(({ name }) => name === rule.name);
      const before = from.rules.find(({ name }) => name === rule.name);
      if (present && isSame && isDeepStrictEqual(before, rule)) return present;
      const run = startRule(rule, to.kibana, observer, correctionOf(to, memory), limits);
      if (present?.fingerprint === run.fingerprint) continued.push([present, run]);
      return run;
    });
  // Nothing is refused from here on. Memory that rules share is given back before it is taken again.
  for (const [present, next] of continued) {
    const snapshot = structuredClone(present.snapshot());
    present.release?.();
    next.restore(snapshot);
  }
  return runs;
}

function nextClock(engine: Engine, to: Analysis): EventClock {
  const clock = clockFor(to);
  clock.restore(engine.clock.snapshot());
  return clock;
}

function fateOf(name: string, { removed, disabled }: RuleChanges): string {
  if (removed.includes(name)) return 'removed';
  return disabled.includes(name) ? 'disabled' : 'changed';
}
