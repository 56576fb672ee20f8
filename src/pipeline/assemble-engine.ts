import { createEpisodes } from '../alerts/episodes.ts';
import type { Config } from '../config/schema.ts';
import { createEventReader } from '../parsers/reader.ts';
import { compileRule } from '../rules/rule.ts';
import type { ParsingTelemetry } from '../telemetry/parsing.ts';
import { EventClock } from '../windows/clock.ts';
import { createWindows } from '../windows/windows.ts';
import { Engine } from './engine.ts';
import { openPayload } from './payload.ts';
import { RuleRun } from './rule-run.ts';

/** The engine of a configuration. The same for a live server and for a replay, so that both come to the same results. */
export function assembleEngine(config: Config, telemetry?: ParsingTelemetry): Engine {
  const { parsers, time, journal } = config;
  return new Engine({
    clock: new EventClock(time),
    events: createEventReader({ parsers, time, ...(telemetry && { telemetry }) }),
    runs: config.rules.filter(({ enabled }) => enabled).map((rule) => runOf(rule, config.kibana)),
    open: openPayload,
    downAfter: Math.max(2_000, 8 * journal.tick),
  });
}

function runOf(config: Config['rules'][number], kibana: Config['kibana']): RuleRun {
  const rule = compileRule(config);
  const { over, every, measure } = rule;
  const { maxGroups, record } = config;
  const windows = createWindows({ over, every, measure, maxGroups, ...(record && { recordEvery: over }) });
  return new RuleRun({ rule, windows, episodes: createEpisodes(rule, kibana) });
}
