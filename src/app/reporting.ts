import { setTimeout as sleep } from 'node:timers/promises';
import type { ReportConfig } from '../config/schema/reports.ts';
import type { Config } from '../config/schema/schema.ts';
import type { ReportRow } from '../dashboards/model.ts';
import { messageOf } from '../errors.ts';
import type { BulkItem, Millis, Notification } from '../model.ts';
import type { ReportRequest } from '../replay/reporting/make-report.ts';
import { eventIndices, type ReportTask } from '../replay/reporting/report-apart.ts';
import { reportNotification } from '../reports/notification.ts';
import { documentOf } from '../reports/render/document.ts';
import { formOf, reportForms } from '../reports/render/forms.ts';
import { titleOf } from '../reports/render/words.ts';
import type { Report, Span } from '../reports/report.ts';
import { type Schedule, scheduleOf } from '../reports/schedule.ts';
import type { ReportTelemetry } from '../telemetry/components/reports.ts';
import { ecsVersion } from '../util/ecs.ts';
import { writeWhole } from '../util/files.ts';
import { ReportState } from './report-state.ts';

interface ReportingOptions {
  config: () => Config;
  elasticsearch: () => ReportTask['elasticsearch'];
  make: (task: ReportTask) => Promise<Report>;
  /** Puts messages into the outbox, and the documents to be indexed; resolves when they are on disk. */
  put: (notifications: readonly Notification[], documents: readonly BulkItem[]) => Promise<void>;
  telemetry: ReportTelemetry;
  now?: () => Millis;
  /** Pause after a failure. */
  retryAfter?: Millis;
}

const iso = (time: Millis) => new Date(time).toISOString();
const longestSleep: Millis = 60_000;

/**
 * Makes the reports of the configuration when their intervals have ended. What a report is handed over to is noted after that, so a
 * kill repeats a report under the same ids and loses none. Intervals that ended while the server did not run: the last one is reported.
 */
export class Reporting {
  readonly #options: Required<ReportingOptions>;
  readonly #state: ReportState;
  /** Why the last attempt at a report failed. */
  readonly #failures = new Map<string, string>();
  #stopping = new AbortController();
  #ended: Promise<void> = Promise.resolve();

  constructor(options: ReportingOptions) {
    this.#options = { now: Date.now, retryAfter: 60_000, ...options };
    this.#state = new ReportState(`${options.config().data}/reports.json`);
  }

  /** Applies the current configuration. */
  restart(): void {
    this.#stopping.abort();
    const stopping = new AbortController();
    this.#stopping = stopping;
    this.#ended = this.#ended.then(() => this.#run(stopping.signal));
  }

  /** How far each report is. Times are ISO 8601. */
  states(): ReportRow[] {
    const { now, config } = this.#options;
    return Object.entries(config().reports).map(([name, report]) => {
      const { every = 'daily', cron, zone, wait } = report;
      const done = this.#state.endOf(name);
      const failing = this.#failures.get(name);
      return {
        ...{ name, schedule: cron ?? every, zone, notify: report.notify },
        next: iso(scheduleOf(report).nextEnd(now() - wait) + wait),
        ...(done !== undefined && { reportedUntil: iso(done) }),
        ...(failing !== undefined && { failing }),
      };
    });
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#ended;
  }

  async #run(signal: AbortSignal): Promise<void> {
    const reports = Object.entries(this.#options.config().reports).map(([name, config]) => ({
      ...{ name, config, schedule: scheduleOf(config) },
    }));
    while (!signal.aborted && reports.length > 0) {
      let next = Number.POSITIVE_INFINITY;
      for (const report of reports) if (!signal.aborted) next = Math.min(next, await this.#attempt(report));
      const length = Math.min(Math.max(next - this.#options.now(), 0), longestSleep);
      await sleep(length, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Makes a report if it is due. Returns when to look again. */
  async #attempt({
    name,
    config,
    schedule,
  }: {
    name: string;
    config: ReportConfig;
    schedule: Schedule;
  }): Promise<Millis> {
    const { now, telemetry, retryAfter } = this.#options;
    const present = now() - config.wait;
    try {
      const span = this.#due(name, schedule, present);
      if (span) await this.#make(name, config, span);
      this.#failures.delete(name);
      return schedule.nextEnd(present) + config.wait;
    } catch (error) {
      this.#failures.set(name, messageOf(error));
      telemetry.failed(name, messageOf(error));
      return now() + retryAfter;
    }
  }

  /** The interval to report; undefined where it was reported, or began before the report was configured. */
  #due(name: string, schedule: Schedule, present: Millis): Span | undefined {
    const span = schedule.last(present);
    const done = this.#state.endOf(name);
    if (done === undefined) this.#state.advance(name, schedule.last(this.#options.now()).to);
    if (done === undefined || span.to <= done) return undefined;
    if (span.from > done) this.#options.telemetry.skipped(name, iso(done));
    return span;
  }

  async #make(name: string, config: ReportConfig, span: Span): Promise<void> {
    const { telemetry, put, make, now } = this.#options;
    const started = performance.now();
    const request = requestOf(name, config, span);
    const report = await make({
      request,
      config: this.#options.config(),
      elasticsearch: this.#options.elasticsearch(),
      now: now(),
    });
    await put(
      config.notify.map((notifier) => reportNotification(report, notifier, config)),
      config.index ? [itemOf(report, this.#options.config().indexing.namespace)] : [],
    );
    for (const path of config.files) this.#write(report, config, path);
    this.#state.advance(name, span.to);
    telemetry.made(name, report.figures.events, performance.now() - started);
  }

  /** A file that cannot be written keeps neither other files nor messages back. */
  #write(report: Report, { top }: ReportConfig, template: string): void {
    const from = iso(report.from).slice(0, 16).replaceAll(':', '-');
    const path = template.replaceAll('{name}', report.name).replaceAll('{from}', from);
    try {
      writeWhole(path, reportForms[formOf(path)!](report, top));
    } catch (error) {
      this.#options.telemetry.unwritten(report.name, path, messageOf(error));
    }
  }
}

function requestOf(name: string, config: ReportConfig, span: Span): ReportRequest {
  const { zone, query, errors, top, source } = config;
  const before = { from: scheduleOf(config).last(span.from).from, to: span.from };
  return {
    ...{ name, span, before, zone, query, errors, top, from: source },
    paths: [],
    index: eventIndices,
  };
}

/** The document of a report. Its id follows from name and interval, so a repetition writes no second one. */
function itemOf(report: Report, namespace: string): BulkItem {
  const dataset = 'logboom.reports';
  const document = {
    '@timestamp': iso(report.to),
    data_stream: { type: 'logs', dataset, namespace },
    ecs: { version: ecsVersion },
    event: {
      ...{
        kind: 'metric',
        dataset,
        start: iso(report.from),
        end: iso(report.to),
      },
    },
    message: titleOf(report),
    report: documentOf(report),
  };
  return {
    action: 'create',
    index: `logs-${dataset}-${namespace}`,
    id: report.id,
    document: JSON.stringify(document),
  };
}
