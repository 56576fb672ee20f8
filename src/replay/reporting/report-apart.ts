import type { ElasticsearchConfig } from '../../config/schema/outputs.ts';
import type { Config } from '../../config/schema/schema.ts';
import type { Millis } from '../../model.ts';
import type { Report } from '../../reports/report.ts';
import { workerFile } from '../../util/files.ts';
import { inThread } from '../in-thread.ts';
import type { ReportRequest } from './make-report.ts';

/** The events of the indices without logboom's own documents. */
export const eventIndices = 'logs-*,-logs-logboom.*';

export interface ReportTask {
  request: ReportRequest;
  config: Config;
  elasticsearch: ElasticsearchConfig | undefined;
  now: Millis;
}

/** Megabytes of the heap of the thread. A report is bounded; this holds if a bound fails. */
const heap = { maxOldGenerationSizeMb: 512 };

/** Makes a report in a thread of its own, so that reading delays no acknowledgement. */
export function reportApart(task: ReportTask): Promise<Report> {
  const options = { name: 'report', resourceLimits: heap };
  return inThread(workerFile('replay/reporting/report-worker'), task, options) as Promise<Report>;
}
