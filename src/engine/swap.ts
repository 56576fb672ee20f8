import { isDeepStrictEqual } from 'node:util';
import type { Output, RuleChanges } from '../model.ts';
import { EventReader } from '../parsers/event.ts';
import { startRule } from '../rules/rule.ts';
import type { Run } from '../rules/run/run.ts';
import type { ParsingTelemetry } from '../telemetry/components/parsing.ts';
import { EventClock } from '../windows/clocks/event-clock.ts';
import { type Analysis, ruleChanges } from './analysis.ts';
import { downAfterOf } from './assemble-engine.ts';
import type { Engine, EngineParts } from './engine.ts';

/**
 * Lets the engine go on by another analysis, between two records. A rule that counts the same goes on with its windows,
 * timers and alerts; one that changed begins anew. What is put out are the ends of alerts whose rule goes. Throws
 * `RULE_INVALID`, and then everything is as it was.
 */
export function swapAnalysis(
  engine: Engine,
  from: Analysis,
  to: Analysis,
  telemetry?: ParsingTelemetry,
): Output[] {
  const parts: Partial<EngineParts> = { runs: nextRuns(engine, from, to), downAfter: downAfterOf(to) };
  if (!isDeepStrictEqual(from.time, to.time)) parts.clock = nextClock(engine, to);
  const { parsers, time } = to;
  parts.events = new EventReader({ parsers, time, ...(telemetry && { telemetry }) });
  const changes = ruleChanges(from, to);
  return engine.swap(parts, (name) => `the rule was ${fateOf(name, changes)}`);
}

function nextRuns(engine: Engine, from: Analysis, to: Analysis): Run[] {
  const sameLinks = isDeepStrictEqual(from.kibana, to.kibana);
  return to.rules
    .filter(({ enabled }) => enabled)
    .map((rule) => {
      const present = engine.rules.find(({ name }) => name === rule.name);
      const before = from.rules.find(({ name }) => name === rule.name);
      if (present && sameLinks && isDeepStrictEqual(before, rule)) return present;
      const run = startRule(rule, to.kibana);
      if (present?.fingerprint === run.fingerprint) run.restore(structuredClone(present.snapshot()));
      return run;
    });
}

function nextClock(engine: Engine, { time }: Analysis): EventClock {
  const clock = new EventClock(time);
  clock.restore(engine.clock.snapshot());
  return clock;
}

function fateOf(name: string, { removed, disabled }: RuleChanges): string {
  if (removed.includes(name)) return 'removed';
  return disabled.includes(name) ? 'disabled' : 'changed';
}
