import { Counter, type Registry } from 'prom-client';
import type { Transition } from '../../model.ts';
import { FailureLog } from '../log-limits.ts';
import { boundedLabel, type Instruments } from '../metrics.ts';

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
    forgotten: counter(
      'correction_forgotten_entries',
      'Numbers of a group in a span of time that later events can no longer correct, because time.correctionMemory is full.',
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
  let told = false;
  return {
    eventsAnalysed: (events: number) => count.analysed.inc(events),
    eventsLate: (rule: string, events: number) => count.late.inc({ rule }, events),
    eventsCorrected: (rule: string, events: number) => count.corrected.inc({ rule }, events),
    /** Late events reach back less far than `time.correctFor`. The log says so once. */
    correctionForgotten(entries: number) {
      if (entries === 0) return;
      count.forgotten.inc(entries);
      if (!told)
        log.warn(
          'time.correctionMemory is full: the oldest windows that late events could correct are forgotten before ' +
            'time.correctFor is over. Events of those windows are counted in logboom_events_late_total. Raise ' +
            'time.correctionMemory, or use longer hops or fewer groups.',
        );
      told = true;
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
