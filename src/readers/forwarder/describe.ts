import type { ForwardConfig } from '../../config/schema/forward.ts';
import type { Journal } from '../../journal/journal.ts';
import type { Millis, Position } from '../../model.ts';
import type { LogstashStatus } from '../../sinks/logstash/output.ts';
import type { ForwardStatus } from '../../telemetry/api/status.ts';
import type { Reader } from '../reader.ts';

/** The status of the forwarder's thread. */
export type ForwarderReport = LogstashStatus & { skipped: number; read: Position };

/** Windows without an ACK for so long mean that Logstash makes no progress, although it may send heartbeats. */
const slowAfter: Millis = 30_000;

/** The number of records that were trimmed before they were read. */
const trimmed = (forwarder: Reader, journal: Journal, report: ForwarderReport | undefined): number =>
  Math.max(0, journal.fill.oldest - 1 - (report?.read ?? forwarder.position));

/** What the forwarder waits for. It is never a fault of logboom as a whole, for nothing else waits for the forwarder. */
export function forwarderWaits(
  forwarder: Reader,
  report: ForwarderReport | undefined,
  now: Millis,
): { waitsFor?: string } {
  if (!forwarder.alive) return { waitsFor: 'its thread, which ended and is started again' };
  if (report?.reason !== undefined) return { waitsFor: `Logstash: ${report.reason}` };
  const { stuckSince } = forwarder;
  const slow = stuckSince !== undefined && now - stuckSince >= slowAfter;
  return slow ? { waitsFor: 'Logstash, which acknowledges nothing' } : {};
}

/** What it waits for, how many records it missed, and whether a full journal waits for it. */
export function forwarderVitals(
  forwarder: Reader,
  journal: Journal,
  { onFull }: ForwardConfig,
  report: ForwarderReport | undefined,
  now: Millis,
): { waitsFor?: string; holds: boolean } {
  const missed = trimmed(forwarder, journal, report);
  const { waitsFor } = forwarderWaits(forwarder, report, now);
  const described = missed > 0 ? `${waitsFor ?? 'Logstash'}; it misses ${missed} records` : waitsFor;
  return {
    ...(described !== undefined && { waitsFor: described }),
    holds: onFull === 'hold',
  };
}

export function forwardStatus(
  forwarder: Reader,
  journal: Journal,
  report: ForwarderReport | undefined,
): ForwardStatus {
  return {
    hosts: report?.hosts ?? [],
    windowsUnderWay: report?.windowsUnderWay ?? 0,
    missed: (report?.skipped ?? 0) + trimmed(forwarder, journal, report),
  };
}
