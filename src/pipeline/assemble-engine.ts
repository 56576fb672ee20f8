import type { Config } from '../config/schema.ts';
import { createEventReader } from '../parsers/reader.ts';
import type { ParsingTelemetry } from '../telemetry/parsing.ts';
import { EventClock } from '../windows/clock.ts';
import { createRun } from './create-run.ts';
import { Engine } from './engine.ts';
import { openPayload } from './payload.ts';

/** The engine of a configuration. The same for a live server and for a replay, so that both come to the same results. */
export function assembleEngine(config: Config, telemetry?: ParsingTelemetry): Engine {
  const { parsers, time, journal } = config;
  return new Engine({
    clock: new EventClock(time),
    events: createEventReader({ parsers, time, ...(telemetry && { telemetry }) }),
    runs: config.rules.filter(({ enabled }) => enabled).map((rule) => createRun(rule, config.kibana)),
    open: openPayload,
    downAfter: Math.max(2_000, 8 * journal.tick),
  });
}
