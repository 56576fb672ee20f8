import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Millis } from '../../model.ts';
import { formatDuration } from '../../util/text.ts';
import { FailureLog } from '../log-limits.ts';
import type { Instruments } from '../metrics.ts';

export type ForwardTelemetry = ReturnType<typeof forwardTelemetry>;

/** Log lines and metrics of forwarding to Logstash. */
export function forwardTelemetry({ log, metrics }: Instruments, now: () => Millis) {
  const measured = metersOf(metrics);
  const failuresByHost = new Map<string, FailureLog>();
  const failuresOf = (host: string) => {
    const known = failuresByHost.get(host) ?? new FailureLog(now);
    failuresByHost.set(host, known);
    return known;
  };
  const leftOut = new FailureLog(now);
  return {
    connected(host: string) {
      measured.connections.inc({ host });
      log.debug({ server: { address: host } }, `connected to Logstash at ${host}`);
    },
    disconnected: (host: string) => measured.connections.dec({ host }),
    /** `tryingAgain`: the longest pause until then. */
    failed(host: string, reason: string, tryingAgain: Millis) {
      measured.failures.inc({ host });
      const suppressed = failuresOf(host).failed(reason, tryingAgain);
      if (suppressed === undefined) return;
      const pause =
        tryingAgain === 0 ? 'another host is tried' : `within ${formatDuration(tryingAgain)} again`;
      log.warn(
        { server: { address: host }, reason, suppressed },
        `Logstash takes nothing: ${reason} (${pause})`,
      );
    },
    recovered(host: string) {
      if (failuresOf(host).ended())
        log.info({ server: { address: host } }, `Logstash at ${host} takes windows again`);
    },
    windowSent(how: 'as-received' | 'encoded', again: boolean, bytes: number) {
      measured.windows.inc({ how });
      if (again) measured.again.inc();
      measured.bytes.inc(bytes);
    },
    acknowledged(events: number, waited: Millis) {
      measured.events.inc(events);
      measured.waited.observe(waited / 1000);
    },
    acknowledgedInPart: () => measured.parts.inc(),
    eventsLeftOut(count: number, reason: string) {
      measured.leftOut.inc(count);
      const suppressed = leftOut.failed(reason.slice(0, 40));
      if (suppressed === undefined) return;
      log.warn(
        { count, reason, suppressed },
        `${count} events are not forwarded, for Logstash cannot read them: an event ${reason}`,
      );
    },
    recordsSkipped(records: number, first: number) {
      measured.skipped.inc(records);
      log.error(
        { records, first },
        `${records} records from ${first} on are not forwarded: the journal no longer held them (forward.maxLag)`,
      );
    },
    batchUnreadable(position: number, reason: string) {
      measured.unreadable.inc();
      log.error(
        { position, reason },
        `record ${position} is not forwarded, for it cannot be read: ${reason}`,
      );
    },
  };
}

function metersOf(registry: Registry) {
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Counter({ name: `logboom_forward_${name}_total`, help, labelNames, registers });
  return {
    events: counter('events', 'Events that Logstash acknowledged.'),
    windows: counter('windows', 'Windows sent, as they were received or encoded here.', 'how'),
    again: counter('resent_windows', 'Windows sent again after their connection ended.'),
    bytes: counter('wire_bytes', 'Bytes of windows sent.'),
    parts: counter('partial_acks', 'ACKs of a part of a window.'),
    failures: counter('failures', 'Connections that failed, or could not be made.', 'host'),
    leftOut: counter('events_left_out', 'Events that are no JSON object, which no Logstash takes.'),
    skipped: counter('skipped_records', 'Records that were trimmed before Logstash had them.'),
    unreadable: counter('unreadable_records', 'Records that could not be read.'),
    connections: new Gauge({
      name: 'logboom_forward_connections',
      help: 'Open connections to Logstash.',
      labelNames: ['host'],
      registers,
    }),
    waited: new Histogram({
      name: 'logboom_forward_ack_seconds',
      help: 'Time from sending a window to its ACK.',
      buckets: [0.002, 0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
      registers,
    }),
  };
}
