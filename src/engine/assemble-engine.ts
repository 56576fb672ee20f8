import { openPayload } from '../journal/record.ts';
import type { Millis } from '../model.ts';
import { EventReader, type ReaderOptions } from '../parsers/event.ts';
import { ProcessorChain } from '../processors/chain.ts';
import type { CorrectionSettings } from '../rules/correction/settings.ts';
import { startRule } from '../rules/rule.ts';
import type { EventWatch, Observer } from '../rules/run/observer.ts';
import type { RuleLimits, Run } from '../rules/run/run.ts';
import { Sources } from '../sources/sources.ts';
import { EventClock } from '../windows/clocks/event-clock.ts';
import { CorrectionMemory } from '../windows/history/memory.ts';
import { Budget } from '../windows/options.ts';
import type { Analysis } from './analysis.ts';
import { RunMeter } from './dispatch.ts';
import { Engine } from './engine.ts';

/**
 * The engine of a configuration. The same for a live server and for a replay, so that both come to the same results;
 * a replay may watch it at work.
 */
export function assembleEngine(
  config: Analysis,
  { watch, meter = new RunMeter(), runs, ...reading }: Reading & Partial<Assembled> = {},
  observer?: Observer,
  leaveUntimed = false,
): Engine {
  const memory = memoryFor(config);
  const limits = limitsFor(config);
  return new Engine({
    clock: clockFor(config),
    events: readerOf(config, reading),
    runs:
      runs?.(correctionOf(config, memory), limits) ??
      config.rules
        .filter(({ enabled }) => enabled)
        .map((rule) => startRule(rule, config.kibana, observer, correctionOf(config, memory), limits)),
    sources: new Sources(),
    watch: watch ?? observer,
    meter,
    open: openPayload,
    downAfter: downAfterOf(config),
    leaveUntimed,
    memory,
    limits,
  });
}

/** Parts of an engine that are given to it. */
interface Assembled {
  watch: EventWatch;
  meter: RunMeter;
  /** Starts other runs than those of the rules in the configuration. */
  runs: (correction: CorrectionSettings | undefined, limits: RuleLimits) => Run[];
}

/** What a reader of events needs beside the analysis. */
export interface Reading extends Pick<ReaderOptions, 'telemetry' | 'locate'> {
  /** Secrets of processors by their fingerprints, which stand in an analysis. */
  keys?: ReadonlyMap<string, string>;
}

export function readerOf(
  { parsers, processors, time }: Analysis,
  { keys, ...reading }: Reading,
): EventReader {
  const chain = ProcessorChain.of(processors, { zone: time.zone, keys });
  return new EventReader({ parsers, time, processors: chain, ...reading });
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

/** The limit of versions in which it was no setting. */
const usualSources = 100_000;

/** An analysis of an earlier version has no limits, or none of sources. */
export function clockFor({
  time,
  limits,
}: Pick<Analysis, 'time'> & Partial<Pick<Analysis, 'limits'>>): EventClock {
  return new EventClock(time, limits?.sources ?? usualSources);
}

/** Groups and values that each rule may keep, whatever the other rules keep. */
const reserved = 100;

/** What all rules together may keep. An analysis of an earlier version has no limits. */
export function limitsFor({ limits }: Partial<Pick<Analysis, 'limits'>>): RuleLimits {
  const { groups = Number.POSITIVE_INFINITY, values = Number.POSITIVE_INFINITY } = limits ?? {};
  return { groups: new Budget(groups, reserved), values: new Budget(values, reserved) };
}

/** An analysis of an earlier version has no such setting. */
const isCorrecting = ({ correctFor }: Partial<Analysis['time']>) =>
  correctFor !== undefined && correctFor > 0;

/** Ticks come this often while a window waits; a gap that is much longer is no silence. */
export function downAfterOf({ journal }: Pick<Analysis, 'journal'>): Millis {
  return Math.max(2_000, 8 * journal.tick);
}
