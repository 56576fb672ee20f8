import type { SelfMonitoringConfig } from '../../config/schema/self-monitoring.ts';
import type { Engine } from '../../engine/engine.ts';
import type { Millis } from '../../model.ts';
import type { SourcesReport, SourcesTelemetry } from '../../telemetry/components/sources.ts';

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
