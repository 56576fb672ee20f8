import { Gauge, type Registry } from 'prom-client';
import type { Millis } from '../../model.ts';
import { printable } from '../../util/text.ts';
import type { Instruments } from '../metrics.ts';

/** What is wrong with a source: its stamps, its order, or its lines. */
export type SourceProblemKind = 'clock' | 'late' | 'unparsed';

interface SourceProblem {
  kind: SourceProblemKind;
  /** Since when, by the wall clock. */
  since: Millis;
  /** Seconds of offset, or a share from 0 to 1. */
  value: number;
  /** In words; it does not name the source. */
  reason: string;
}

/** What was counted of a source in a time. */
export interface SourceCounts {
  events: number;
  /** Came after windows that they belong to were closed. */
  late: number;
  /** Of these, those that a rule counted nowhere, because they came too late to be corrected. */
  lost: number;
  /** Stamped so far ahead that they were counted as of their receipt. */
  ahead: number;
  /** Without a time of their own. */
  untimed: number;
  unparsed: number;
}

/**
 * The state of one source: a file of a sender, or a sender. Times are receipt times unless it says otherwise. Its own counts are
 * those since `firstSeen`.
 */
export interface SourceState extends SourceCounts {
  /** `web-1 /var/log/nginx/access.log`. */
  name: string;
  input: string;
  firstSeen: Millis;
  lastSeen: Millis;
  /** Event time of the newest event. */
  newest: Millis;
  /** Counts of the last minutes, or of the last lines of a slow source. */
  recent: SourceCounts & { since: Millis };
  /** Events a second, of the same time. */
  rate: number;
  /** The format of most lines, and the share of the lines that have it. Undefined: none is recognised. */
  format: string | undefined;
  confidence: number;
  /** Seconds by which its stamps are ahead of the receipt (negative: behind); undefined while it is unknown. */
  offset: number | undefined;
  /** Seconds between the time zones that explain the offset. */
  zone: number | undefined;
  /** Seconds by which its latest events came after the event clock, at most. */
  lateBy: number;
  /** The last line that could not be read. */
  example: { line: string; reason: string } | undefined;
  problems: SourceProblem[];
}

/** What an input's sources come to. */
export interface InputSources {
  sources: number;
  events: number;
  /** Receipt time of the last event. */
  lastEvent: Millis;
  rate: number;
  formats: string[];
  /** Share of the recent lines. */
  unparsed: number;
  example: { line: string; reason: string } | undefined;
}

export interface SourcesReport {
  /** Sources that are known, and sources that were forgotten because there were too many. */
  known: number;
  forgotten: number;
  /** By kind of problem, the number of sources that have it. */
  problems: Record<SourceProblemKind, number>;
  /** Those with problems first, then those that were seen last; not all of them. */
  list: SourceState[];
  /** By name of the input. */
  inputs: Record<string, InputSources>;
}

export interface SourceChange {
  source: string;
  /** A problem that began or ended, or the format that was recognised. */
  what: SourceProblemKind | 'format';
  began: boolean;
  reason: string;
}

/** Changes that are logged one by one at a time. */
const mostLines = 20;

/** Log lines about sources: one for each change. */
export function sourcesTelemetry({ log }: Instruments) {
  const write = ({ source, what, began, reason }: SourceChange) => {
    const level = what !== 'format' && began ? 'warn' : 'info';
    const name = printable(source);
    log[level](
      { 'logboom.source': name, 'logboom.source.state': what },
      `source ${name}: ${printable(reason)}`,
    );
  };
  return {
    changed(changes: readonly SourceChange[]): void {
      changes.slice(0, mostLines).forEach(write);
      const more = changes.length - mostLines;
      if (more > 0) log.info(`${more} more sources changed their state: logboom status`);
    },
    /** There are more sources than are remembered. */
    forgot(sources: number): void {
      log.warn(
        { 'logboom.sources': sources },
        `${sources} sources are forgotten, because there are more than can be remembered: their counters begin anew`,
      );
    },
  };
}

export type SourcesTelemetry = ReturnType<typeof sourcesTelemetry>;

/** Sources with a time series of their own. Those with problems come first. */
const mostSeries = 50;

/** Gauges about sources. Each update replaces the series of the one before, so that their number is bounded. */
export function sourceGauges(metrics: Registry) {
  const gauge = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Gauge({ name: `logboom_${name}`, help, labelNames, registers: [metrics] });
  const known = gauge('sources', 'Sources that are known.');
  const forgotten = gauge('sources_forgotten', 'Sources that were forgotten because there were too many.');
  const problems = gauge('sources_with_problem', 'Sources with a problem, by its kind.', 'problem');
  const offset = gauge(
    'source_offset_seconds',
    'What the stamps of a source are ahead of the receipt by.',
    'source',
  );
  const seen = gauge('source_last_seen_timestamp_seconds', 'When a source was last seen.', 'source');
  const rate = gauge('source_events_per_second', 'Recent events of a source.', 'source');
  const shares = gauge('source_share', 'Share of the recent events of a source.', 'source', 'of');
  const perSource = [offset, seen, rate, shares];

  const one = ({ name, offset: seconds, lastSeen, rate: perSecond, recent }: SourceState) => {
    const source = printable(name).slice(0, 200);
    if (seconds !== undefined) offset.set({ source }, seconds);
    seen.set({ source }, lastSeen / 1000);
    rate.set({ source }, perSecond);
    for (const of of ['late', 'lost', 'ahead', 'untimed', 'unparsed'] as const)
      shares.set({ source, of }, recent.events === 0 ? 0 : recent[of] / recent.events);
  };
  return {
    update(report: SourcesReport): void {
      known.set(report.known);
      forgotten.set(report.forgotten);
      for (const [problem, count] of Object.entries(report.problems)) problems.set({ problem }, count);
      for (const series of perSource) series.reset();
      report.list.slice(0, mostSeries).forEach(one);
    },
  };
}
