import type { Config } from '../config/schema.ts';
import { createEventReader } from '../parsers/reader.ts';
import type { ParsingTelemetry } from '../telemetry/parsing.ts';
import { EventClock } from '../windows/clock.ts';
import { createRun } from './create-run.ts';
import { Engine } from './engine.ts';
import type { Observer } from './observer.ts';
import { openPayload } from './payload.ts';

/**
 * The engine of a configuration. The same for a live server and for a replay, so that both come to the same results;
 * a replay may watch it at work.
 */
export function assembleEngine(config: Config, telemetry?: ParsingTelemetry, observer?: Observer): Engine {
  const { parsers, time, journal } = config;
  return new Engine({
    clock: new EventClock(time),
    events: createEventReader({ parsers, time, ...(telemetry && { telemetry }) }),
    runs: config.rules
      .filter(({ enabled }) => enabled)
      .map((rule) => createRun(rule, config.kibana, observer)),
    open: openPayload,
    downAfter: Math.max(2_000, 8 * journal.tick),
  });
}
