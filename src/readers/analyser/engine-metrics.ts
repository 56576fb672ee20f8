import type { SelfMonitoringConfig } from '../../config/schema/self-monitoring.ts';
import type { RunMeter } from '../../engine/dispatch.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Millis } from '../../model.ts';
import type { Run } from '../../rules/run/run.ts';
import type { KeptState, PipelineTelemetry, RuleState } from '../../telemetry/components/pipeline.ts';
import type { SourcesReport, SourcesTelemetry } from '../../telemetry/components/sources.ts';
import type { Budget } from '../../windows/options.ts';
import type { LatestValues } from './latest-values.ts';

/**
 * Returns a function that adds the growth of the engine's tallies to the metrics. The engine itself reports nothing, so that a replay
 * changes no metric.
 */
export function engineMetrics(engine: Engine, telemetry: PipelineTelemetry): () => void {
  const reported = { events: 0, ahead: 0, late: 0, corrected: 0 };
  let clocksForgotten = engine.clock.sources.forgotten;
  let memory = { of: engine.memory, forgotten: engine.memory?.forgotten ?? 0 };
  // A run may count late events from before a restart, or from the run that it replaces; a counter of metrics begins at 0.
  const known = new WeakMap<Run, ReturnType<typeof countsOf>>();
  for (const run of engine.rules) known.set(run, countsOf(run));
  return () => {
    const { events, ahead, late, corrected } = engine.tally;
    telemetry.eventsAnalysed(events - reported.events);
    telemetry.eventsAhead(ahead - reported.ahead);
    telemetry.lateEvents('too late', late - reported.late);
    telemetry.lateEvents('corrected', corrected - reported.corrected);
    Object.assign(reported, { events, ahead, late, corrected });
    for (const run of engine.rules) {
      const before = known.get(run) ?? countsOf(run);
      telemetry.eventsLate(run.name, run.late - before.late);
      telemetry.eventsCorrected(run.name, (run.corrected ?? 0) - before.corrected);
      telemetry.windowsClosed(run.name, run.closed - before.closed);
      telemetry.eventsOverflowed(run.name, run.kept.overflowed - before.overflowed);
      telemetry.ruleForgot(run.name, run.kept.forgotten - before.forgotten);
      known.set(run, countsOf(run));
    }
    const { sources } = engine.clock;
    telemetry.clocksForgotten(sources.forgotten - clocksForgotten);
    clocksForgotten = sources.forgotten;
    const { forgotten } = engine.memory ?? { forgotten: 0 };
    telemetry.correctionForgotten(forgotten - (memory.of === engine.memory ? memory.forgotten : 0));
    memory = { of: engine.memory, forgotten };
  };
}

function countsOf({ late, corrected = 0, closed, kept }: Run) {
  const { overflowed, forgotten } = kept;
  return { late, corrected, closed, overflowed, forgotten };
}

/** What is known of each running rule, by name. */
export function ruleStates(
  { rules }: Pick<Engine, 'rules'>,
  { meter, latest }: { meter: Pick<RunMeter, 'costOf'>; latest: Pick<LatestValues, 'of'> },
): Record<string, RuleState> {
  return Object.fromEntries(
    rules.map((run) => {
      const { groups } = run.kept;
      const { closed: windowsClosed, ...counts } = countsOf(run);
      const last = latest.of(run.name);
      const cost = meter.costOf(run);
      const found = { groups, openAlerts: run.openAlerts, windowsClosed, ...counts, cost };
      return [run.name, { ...found, ...(last && { last }) }];
    }),
  );
}

/** What all rules keep together, and which of them exceeded a limit. */
export function keptState({
  rules,
  limits,
  memory,
  clock,
}: Pick<Engine, 'rules' | 'limits' | 'memory' | 'clock'>): KeptState {
  const { count, forgotten } = clock.sources;
  const of = ({ used, limit }: Pick<Budget, 'used' | 'limit'>) => ({ kept: used, limit });
  const exceeded = rules.map(({ name, kept: { overflowed, forgotten } }) => {
    return { rule: name, overflowed, forgotten };
  });
  return {
    late: rules.reduce((sum, run) => sum + run.late, 0),
    corrected: rules.reduce((sum, run) => sum + (run.corrected ?? 0), 0),
    groups: of(limits.groups),
    values: of(limits.values),
    sources: { kept: count, limit: clock.mostSources, forgotten },
    ...(memory && {
      corrections: { ...of(memory), needed: memory.needed, forgotten: memory.forgotten },
    }),
    exceeded: exceeded.filter(({ overflowed, forgotten }) => overflowed + forgotten > 0),
  };
}

type Settings = Pick<SelfMonitoringConfig, 'enabled' | 'sourceClock' | 'sourceLate' | 'sourceUnparsed'>;

/** Judges the sources of an engine by the wall clock from time to time, and logs what changed. */
export class SourceWatch {
  #settings: Settings;
  #forgotten = 0;
  readonly #engine: Pick<Engine, 'sources'>;
  readonly #telemetry: SourcesTelemetry;

  constructor(engine: Pick<Engine, 'sources'>, settings: Settings, telemetry: SourcesTelemetry) {
    this.#engine = engine;
    this.#settings = settings;
    this.#telemetry = telemetry;
    this.#forgotten = engine.sources?.forgotten ?? 0;
  }

  set thresholds(settings: Settings) {
    this.#settings = settings;
  }

  judge(now: Millis = Date.now()): void {
    const { sources } = this.#engine;
    if (sources === undefined) return;
    this.#telemetry.changed(sources.judge(this.#thresholds, now));
    if (sources.forgotten > this.#forgotten) this.#telemetry.forgot(sources.forgotten - this.#forgotten);
    this.#forgotten = sources.forgotten;
  }

  report(now: Millis = Date.now()): SourcesReport | undefined {
    return this.#engine.sources?.report(this.#thresholds, now);
  }

  get #thresholds() {
    const { enabled, sourceClock, sourceLate, sourceUnparsed } = this.#settings;
    return enabled
      ? { clock: sourceClock, late: sourceLate, unparsed: sourceUnparsed }
      : { clock: 0, late: 0, unparsed: 0 };
  }
}
