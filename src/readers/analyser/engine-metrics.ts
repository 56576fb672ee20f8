import type { Engine } from '../../engine/engine.ts';
import type { Run } from '../../rules/run/run.ts';
import type { PipelineTelemetry } from '../../telemetry/components/pipeline.ts';

/**
 * Brings the engine's tallies into metrics when they are asked for. The engine itself tells nobody anything, so
 * that a replay of it is silent.
 */
export function tellOfEngine(engine: Engine, telemetry: PipelineTelemetry): () => void {
  const told = { events: 0, ahead: 0 };
  // A run knows of late events from before a restart, or from the run that it follows; a counter begins anew.
  const known = new WeakMap<Run, { late: number; closed: number }>();
  for (const run of engine.rules) known.set(run, countsOf(run));
  return () => {
    const { events, ahead } = engine.tally;
    telemetry.eventsAnalysed(events - told.events);
    telemetry.eventsAhead(ahead - told.ahead);
    Object.assign(told, { events, ahead });
    for (const run of engine.rules) {
      const before = known.get(run) ?? countsOf(run);
      telemetry.eventsLate(run.name, run.late - before.late);
      telemetry.windowsClosed(run.name, run.closed - before.closed);
      known.set(run, countsOf(run));
    }
  };
}

const countsOf = ({ late, closed }: Run) => ({ late, closed });
