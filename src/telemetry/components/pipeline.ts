import { Counter, type Registry } from 'prom-client';
import type { Millis, Transition } from '../../model.ts';
import { formatDuration } from '../../util/text.ts';
import { FailureLog } from '../log-limits.ts';
import { boundedLabel, type Instruments } from '../metrics.ts';
import type { CheckpointCosts, SlowLines } from './analyser.ts';

/** What the analyser knows of a running rule. Counts are since its start. */
export interface RuleState {
  groups: number;
  openAlerts: number;
  windowsClosed: number;
  late: number;
  corrected: number;
  /** Number of events of groups beyond the limits. */
  overflowed: number;
  /** Number of alerts at rest, values and shippers that were forgotten, because there were too many. */
  forgotten: number;
  /** Milliseconds of CPU time since its start, estimated from a sample of the events. */
  cost: Millis;
  /** Absent before the first window is recorded. */
  last?: LatestValue;
}

/** The values of the last recorded windows of a rule. */
export interface LatestValue {
  /** End of the windows. */
  at: Millis;
  /** Number of windows that end there. */
  groups: number;
  highest: { group: string; value: number };
  lowest: { group: string; value: number };
}

/** What all rules keep together, and what did not fit. Counts survive restarts. */
export interface KeptState {
  /** Number of times that a rule did not count an event because it came too late, and that it corrected a window. */
  late: number;
  corrected: number;
  groups: { kept: number; limit: number };
  /** Values that rules of the kind `new-term` remember. */
  values: { kept: number; limit: number };
  /** Sources whose clocks event time is combined from. Absent in the answer of an earlier version. */
  sources?: { kept: number; limit: number; forgotten: number };
  /**
   * Bytes, roughly, of what late events can correct, and the number of entries that were forgotten beyond the limit since the start. `needed`: bytes
   * of the newest part of each group, which the limit does not concern. Absent where late events correct nothing (`time.correctFor: 0s`).
   */
  corrections?: { kept: number; limit: number; needed?: number; forgotten?: number };
  /** Absent in the answer of an earlier version. */
  checkpoints?: CheckpointCosts;
  slowLines?: SlowLines;
  /** Rules with events of groups beyond the limits, or that forgot something. */
  exceeded: { rule: string; overflowed: number; forgotten: number }[];
}

export type PipelineTelemetry = ReturnType<typeof pipelineTelemetry>;

const counters = (metrics: Registry) => {
  const counter = (name: string, help: string, ...labelNames: string[]) =>
    new Counter({ name: `logboom_${name}_total`, help, labelNames, registers: [metrics] });
  return {
    analysed: counter('events_analysed', 'Events that the analyser has read.'),
    late: counter('events_late', 'Events that came after their window’s lateness.', 'rule'),
    corrected: counter(
      'events_corrected',
      'Late events that were counted: their windows are judged again.',
      'rule',
    ),
    lateEvents: counter(
      'late_events',
      'Late events, each once: `too late` for at least one rule, or `corrected` in all.',
      'outcome',
    ),
    overflowed: counter(
      'events_overflowed',
      'Events of groups beyond maxGroups of the rule or limits.groups, which are counted as _other or not at all.',
      'rule',
    ),
    dropped: counter(
      'rule_forgotten',
      'Alerts at rest, values and shippers that a rule forgot early, because there were too many.',
      'rule',
    ),
    forgotten: counter(
      'correction_forgotten_entries',
      'Numbers of a group in a span of time, and ended alerts, that later events can no longer correct, because time.correctionMemory is full.',
    ),
    clocksForgotten: counter(
      'clock_sources_forgotten',
      'Sources whose clocks were forgotten, because there were more than limits.sources.',
    ),
    ahead: counter('events_ahead', 'Events with a timestamp too far in the future.'),
    deadLettered: counter('dead_letters', 'Documents among the dead letters.', 'reason'),
    windows: counter('windows_closed', 'Windows with something new in them that were closed.', 'rule'),
    transitions: counter('alert_transitions', 'Changes of alert states.', 'rule', 'state'),
    damaged: counter('journal_damaged_records', 'Records that the journal did not find as it wrote them.'),
    ticks: counter('ticks', 'Wall-clock readings in the journal that the analyser has read.'),
  };
};

/** `alert traffic-burst (web-1): pending → active, because …`. */
const sentence = ({ rule, group, from, to, reason }: Transition) =>
  `alert ${rule}${group === '' ? '' : ` (${group})`}: ${from} → ${to}: ${reason}`;

/** Log lines and metrics of the analyser and the indexer. Fields of log lines have the names of ECS where it has one. */
export function pipelineTelemetry({ log, metrics }: Instruments) {
  const count = counters(metrics);
  const reasonLabel = boundedLabel();
  const refusals = new FailureLog(Date.now);
  let reported = false;
  let clocksReported = false;
  const overflowing = new Set<string>();
  const forgetting = new Set<string>();
  return {
    eventsAnalysed: (events: number) => count.analysed.inc(events),
    eventsLate: (rule: string, events: number) => count.late.inc({ rule }, events),
    eventsCorrected: (rule: string, events: number) => count.corrected.inc({ rule }, events),
    /** Each event once, for however many rules it came late. */
    lateEvents: (outcome: 'too late' | 'corrected', events: number) =>
      count.lateEvents.inc({ outcome }, events),
    /** The log says so once for each rule. */
    eventsOverflowed(rule: string, events: number) {
      if (events === 0) return;
      count.overflowed.inc({ rule }, events);
      if (overflowing.has(rule)) return;
      overflowing.add(rule);
      log.warn(
        { 'rule.name': rule },
        `the rule ${rule} has more groups than it may keep: events of further groups are counted together as _other, or ` +
          'not at all (absence, change, new-term). Raise maxGroups of the rule or limits.groups, or group by another field.',
      );
    },
    /** The log says so once for each rule. */
    ruleForgot(rule: string, things: number) {
      count.dropped.inc({ rule }, things);
      if (things === 0 || forgetting.has(rule)) return;
      forgetting.add(rule);
      log.warn(
        { 'rule.name': rule },
        `the rule ${rule} forgets values, alerts at rest or shippers early, because there are more than it may keep: a value ` +
          'that is forgotten may be new again (new-term). Raise maxTerms or maxGroups of the rule or limits.values, or use ' +
          'a field with fewer values.',
      );
    },
    /** Late events reach back less far than `time.correctFor`. The log says so once. */
    correctionForgotten(entries: number) {
      if (entries === 0) return;
      count.forgotten.inc(entries);
      if (!reported)
        log.warn(
          'time.correctionMemory is full: the oldest windows and ended alerts that late events could correct are forgotten before ' +
            'time.correctFor is over. Events of those windows are counted in logboom_events_late_total. Raise ' +
            'time.correctionMemory, or use longer hops or fewer groups.',
        );
      reported = true;
    },
    /** Event time no longer waits for these sources. The log says so once. */
    clocksForgotten(sources: number) {
      if (sources === 0) return;
      count.clocksForgotten.inc(sources);
      if (!clocksReported)
        log.warn(
          'there are more sources than limits.sources: the clocks of those that were idle for longest are forgotten, and begin anew ' +
            'with the next event. Windows do not wait for events of a source that is forgotten. Raise limits.sources, or ' +
            'have senders keep their names.',
        );
      clocksReported = true;
    },
    eventsAhead: (events: number) => count.ahead.inc(events),
    /** A write of the analyser was refused; it waits and tries again. */
    diskRefuses(reason: string) {
      if (refusals.failed(reason) !== undefined)
        log.error({ reason }, `the analyser waits for the disk, which takes nothing: ${reason}`);
    },
    diskTakes() {
      refusals.ended();
      log.info('the disk takes the analyser’s writes again');
    },
    deadLettered(documents: number, reason: string) {
      count.deadLettered.inc({ reason: reasonLabel(reason) }, documents);
      log.warn({ 'logboom.documents': documents }, `${documents} among the dead letters: ${reason}`);
    },
    recordDamaged(position: number) {
      count.damaged.inc();
      log.error(
        { 'logboom.position': position },
        `record ${position} of the journal is damaged: what could be read of it is among the dead letters, ` +
          'and its events are in no window. Check the disk.',
      );
    },
    windowsClosed: (rule: string, windows: number) => count.windows.inc({ rule }, windows),
    alertTransition(transition: Transition) {
      count.transitions.inc({ rule: transition.rule, state: transition.to });
      log.info(
        {
          'rule.name': transition.rule,
          'event.id': transition.id,
          'logboom.alert.group': transition.group,
          'logboom.alert.from': transition.from,
          'logboom.alert.to': transition.to,
          'logboom.alert.value': transition.value,
          'logboom.alert.severity': transition.severity,
        },
        sentence(transition),
      );
    },
    ticks: (read = 1) => count.ticks.inc(read),
  };
}

/** Log lines and metrics of the clock of receipt times. */
export function clockTelemetry({ log, metrics }: Instruments) {
  const steps = new Counter({
    name: 'logboom_clock_steps_total',
    help: 'Steps of the wall clock of the machine by a second or more since the start.',
    registers: [metrics],
  });
  return {
    stepped({ by, at }: { by: Millis; at: Millis }): void {
      steps.inc();
      const direction = by > 0 ? 'forwards' : 'back';
      log.warn(
        { 'logboom.clock.step': by / 1000 },
        `the wall clock of this machine was set ${direction} by ${formatDuration(Math.abs(by))}, to ` +
          `${new Date(at).toISOString()}. Receipt times go on without it and follow it slowly. Check the time synchronisation.`,
      );
    },
  };
}
