import type { PipelineTelemetry } from '../telemetry/pipeline.ts';
import type { Engine } from './engine.ts';

/**
 * Brings the engine's tallies into metrics when they are asked for. The engine itself tells nobody anything, so
 * that a replay of it is silent.
 */
export function tellOfEngine(engine: Engine, telemetry: PipelineTelemetry): () => void {
  const told = { events: 0, ahead: 0 };
  // A rule knows of late events from before a restart; a counter begins anew.
  const late = new Map(engine.rules.map((run) => [run.name, run.late]));
  const closed = new Map(engine.rules.map((run) => [run.name, run.closed]));
  return () => {
    const { events, ahead } = engine.tally;
    telemetry.eventsAnalysed(events - told.events);
    telemetry.eventsAhead(ahead - told.ahead);
    Object.assign(told, { events, ahead });
    for (const run of engine.rules) {
      telemetry.eventsLate(run.name, run.late - (late.get(run.name) ?? 0));
      telemetry.windowsClosed(run.name, run.closed - (closed.get(run.name) ?? 0));
      late.set(run.name, run.late);
      closed.set(run.name, run.closed);
    }
  };
}
