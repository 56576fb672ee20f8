import { openPayload } from '../journal/record.ts';
import type { Millis } from '../model.ts';
import { EventReader, type ReaderOptions } from '../parsers/event.ts';
import type { CorrectionSettings } from '../rules/correction/settings.ts';
import { startRule } from '../rules/rule.ts';
import type { Observer } from '../rules/run/observer.ts';
import { Sources } from '../sources/sources.ts';
import { EventClock } from '../windows/clocks/event-clock.ts';
import { CorrectionMemory } from '../windows/history/memory.ts';
import type { Analysis } from './analysis.ts';
import { Engine } from './engine.ts';

/**
 * The engine of a configuration. The same for a live server and for a replay, so that both come to the same results;
 * a replay may watch it at work.
 */
export function assembleEngine(
  config: Analysis,
  reading: Pick<ReaderOptions, 'telemetry' | 'locate'> = {},
  observer?: Observer,
  leaveUntimed = false,
): Engine {
  const { parsers, time } = config;
  const memory = memoryFor(config);
  return new Engine({
    clock: new EventClock(time),
    events: new EventReader({ parsers, time, ...reading }),
    runs: config.rules
      .filter(({ enabled }) => enabled)
      .map((rule) => startRule(rule, config.kibana, observer, correctionOf(config, memory))),
    sources: new Sources(),
    watch: observer,
    open: openPayload,
    downAfter: downAfterOf(config),
    leaveUntimed,
    memory,
  });
}

/** Undefined where late events are not counted. */
export function memoryFor({ time }: Pick<Analysis, 'time'>): CorrectionMemory | undefined {
  return isCorrecting(time) ? new CorrectionMemory(time.correctionMemory) : undefined;
}

export function correctionOf(
  { time }: Pick<Analysis, 'time'>,
  memory: CorrectionMemory | undefined,
): CorrectionSettings | undefined {
  return memory && { correctFor: time.correctFor, late: time.late, memory };
}

/** An analysis of an earlier version has no such setting. */
const isCorrecting = ({ correctFor }: Partial<Analysis['time']>) =>
  correctFor !== undefined && correctFor > 0;

/** Ticks come this often while a window waits; a gap that is much longer is no silence. */
export function downAfterOf({ journal }: Pick<Analysis, 'journal'>): Millis {
  return Math.max(2_000, 8 * journal.tick);
}
