import { openPayload } from '../journal/payload.ts';
import type { Millis } from '../model.ts';
import { EventReader } from '../parsers/event.ts';
import { startRule } from '../rules/rule.ts';
import type { Observer } from '../rules/run/observer.ts';
import type { ParsingTelemetry } from '../telemetry/components/parsing.ts';
import { EventClock } from '../windows/clocks/event-clock.ts';
import type { Analysis } from './analysis.ts';
import { Engine } from './engine.ts';

/**
 * The engine of a configuration. The same for a live server and for a replay, so that both come to the same results;
 * a replay may watch it at work.
 */
export function assembleEngine(
  config: Analysis,
  telemetry?: ParsingTelemetry,
  observer?: Observer,
  leaveUntimed = false,
): Engine {
  const { parsers, time } = config;
  return new Engine({
    clock: new EventClock(time),
    events: new EventReader({ parsers, time, ...(telemetry && { telemetry }) }),
    runs: config.rules
      .filter(({ enabled }) => enabled)
      .map((rule) => startRule(rule, config.kibana, observer)),
    open: openPayload,
    downAfter: downAfterOf(config),
    leaveUntimed,
  });
}

/** Ticks come this often while a window waits; a gap that is much longer is no silence. */
export function downAfterOf({ journal }: Pick<Analysis, 'journal'>): Millis {
  return Math.max(2_000, 8 * journal.tick);
}
