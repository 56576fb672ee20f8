import { Counter } from 'prom-client';
import { FailureLog } from '../log-limits.ts';
import type { Instruments } from '../metrics.ts';

export type ReportTelemetry = ReturnType<typeof reportTelemetry>;

/** Log lines and metrics of reports at intervals. */
export function reportTelemetry({ log, metrics }: Instruments) {
  const reports = new Counter({
    name: 'logboom_reports_total',
    help: 'Reports by name and outcome: made, failed, skipped.',
    labelNames: ['report', 'outcome'] as const,
    registers: [metrics],
  });
  const failures = new FailureLog(Date.now);
  return {
    made(report: string, events: number, elapsed: number): void {
      reports.inc({ report, outcome: 'made' });
      failures.ended();
      log.info({ report }, `report ${report} made: ${events} events, in ${Math.round(elapsed)} ms`);
    },
    failed(report: string, reason: string): void {
      reports.inc({ report, outcome: 'failed' });
      if (failures.failed(reason) !== undefined)
        log.error({ report }, `report ${report} cannot be made, and is tried again: ${reason}`);
    },
    /** Intervals that ended while the server did not run, before the last one. */
    skipped(report: string, since: string): void {
      reports.inc({ report, outcome: 'skipped' });
      log.warn(
        { report },
        `report ${report} is made for the last interval alone; those since ${since} ended while the server did not run`,
      );
    },
    unwritten(report: string, path: string, reason: string): void {
      reports.inc({ report, outcome: 'failed' });
      log.error({ report }, `report ${report} cannot be written to ${path}: ${reason}`);
    },
  };
}
