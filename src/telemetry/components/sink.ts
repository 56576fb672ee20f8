import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { DeliveryReport, Millis } from '../../model.ts';
import { cutToLength, formatDuration, withEllipsis } from '../../util/text.ts';
import { FailureLog, Throttle } from '../log-limits.ts';
import type { Instruments } from '../metrics.ts';

export type SinkTelemetry = ReturnType<typeof sinkTelemetry>;

/** A reason may quote a whole document; the log gets its beginning. */
const brief = (reason: string) => withEllipsis(cutToLength(reason, 500), reason);

interface SetupOutcome {
  installed: string[];
  kept: string[];
  changed: string[];
  missing: string[];
  missingRights: string[] | undefined;
  remarks: string[];
}

/** Log lines and metrics of the Elasticsearch sink. */
export function sinkTelemetry({ log, metrics }: Instruments, now: () => Millis) {
  const meters = metersOf(metrics);
  const failures = new FailureLog(now);
  const throttled = new FailureLog(now);
  const refused = new Throttle(now, 1);
  const aside = new Throttle(now, 1);
  const rewritten = new Throttle(now, 1);
  const unwritable = new FailureLog(now);
  const retention = new FailureLog(now);
  return {
    bulkSent(bytes: number, took: Millis) {
      meters.bulks.inc({ outcome: 'answered' });
      meters.available.set(1);
      meters.bytes.inc(bytes);
      meters.seconds.observe(took / 1000);
    },
    delivered(report: DeliveryReport) {
      meters.documents.inc({ outcome: 'indexed' }, report.indexed);
      meters.documents.inc({ outcome: 'duplicate' }, report.duplicates);
      meters.documents.inc({ outcome: 'dead-lettered' }, report.deadLettered);
    },
    requestFailed(key: string, reason: string, longestPause: Millis) {
      meters.bulks.inc({ outcome: 'failed' });
      meters.available.set(0);
      const suppressed = failures.failed(key, longestPause);
      if (suppressed === undefined) return;
      const pause = formatDuration(longestPause);
      log.warn(
        { reason: brief(reason), suppressed },
        `Elasticsearch takes nothing: ${brief(reason)}; trying again within ${pause}`,
      );
    },
    recovered(lasted: Millis, failedRequests: number) {
      meters.available.set(1);
      if (!failures.ended()) return;
      log.info(
        { failures: failedRequests, lasted },
        `Elasticsearch takes documents again after ${formatDuration(lasted)} and ${failedRequests} failed requests`,
      );
    },
    itemsThrottled(count: number, key: string, reason: string) {
      meters.documents.inc({ outcome: 'again' }, count);
      const suppressed = throttled.failed(key);
      if (suppressed === undefined) return;
      log.warn(
        { count, suppressed, reason: brief(reason) },
        `${count} documents will be sent again: ${brief(reason)}`,
      );
    },
    documentsDeferred(count: number) {
      meters.deferred.set(count);
    },
    throttlingEnded() {
      if (throttled.ended()) log.info('the documents that were put off are in the index');
    },
    documentsRefused(count: number, index: string, reason: string) {
      const suppressed = refused.allow(`${index} ${reason.slice(0, 40)}`);
      if (suppressed === undefined) return;
      log.warn(
        { count, index, suppressed, reason: brief(reason) },
        `${count} documents for ${index} went to the dead letters: ${brief(reason)}`,
      );
    },
    duplicateKeysRemoved(count: number, index: string) {
      meters.rewritten.inc(count);
      const suppressed = rewritten.allow(index);
      if (suppressed === undefined) return;
      log.warn(
        { index, count, suppressed },
        `documents for ${index} had a key twice in one object, which Elasticsearch refuses: they are indexed with the last value`,
      );
    },
    putAside(index: string) {
      meters.aside.inc();
      const suppressed = aside.allow(index);
      if (suppressed === undefined) return;
      log.warn(
        { index, suppressed },
        `Elasticsearch could not index documents for ${index} and put them into the failure store: look at GET ${index}::failures/_search`,
      );
    },
    deadLettersUnwritable(reason: string) {
      if (unwritable.failed(reason) !== undefined)
        log.error({ reason }, `dead letters cannot be written, so they are kept in memory: ${reason}`);
    },
    deadLettersKept(count: number, bytes: number) {
      meters.deadLetters.set(count);
      meters.deadLetterBytes.set(bytes);
    },
    deadLettersDiscarded(count: number) {
      meters.discarded.inc(count);
      log.warn({ count }, `${count} dead letters are removed for their age, or to make room (deadLetters)`);
    },
    bulkTooLarge(bytes: number) {
      log.warn(
        { bytes },
        `the server refuses a body of ${bytes} bytes; smaller ones are sent from here on (set indexing.maxBulkBytes)`,
      );
    },
    inFlight(count: number, bound: number) {
      meters.inFlight.set(count);
      meters.bound.set(bound);
    },
    setUp(outcome: SetupOutcome) {
      if (outcome.installed.length > 0)
        log.info({ templates: outcome.installed }, 'index templates installed');
      if (outcome.kept.length > 0) log.info({ templates: outcome.kept }, 'index templates left as they are');
      for (const changed of outcome.changed) log.warn(`index template left as it is: ${changed}`);
      for (const missing of outcome.missing) log.warn(`index template not installed: ${missing}`);
      for (const right of outcome.missingRights ?? [])
        log.warn(
          `the user of Elasticsearch lacks a right: ${right}; \`logboom setup\` names all that are needed`,
        );
      for (const remark of outcome.remarks) log.info(remark);
    },
    expired(what: string, reason: 'age' | 'size') {
      meters.expired.inc({ reason });
      log.info({ reason }, `deleted by ${reason}: ${what}`);
    },
    retentionFailed(reason: string) {
      if (retention.failed(reason) !== undefined)
        log.warn({ reason: brief(reason) }, `old documents are not deleted: ${brief(reason)}`);
    },
    retentionWorks() {
      if (retention.ended()) log.info('old documents are deleted again');
    },
  };
}

/** Several sinks may share a registry, so each metric is created once. */
function metersOf(metrics: Registry) {
  return {
    documents: once(metrics, 'logboom_elasticsearch_documents_total', (name) => {
      const help = 'Documents by what became of them.';
      return new Counter({ name, help, labelNames: ['outcome'], registers: [metrics] });
    }),
    bulks: once(metrics, 'logboom_elasticsearch_bulks_total', (name) => {
      const help = 'Bulk requests by outcome.';
      return new Counter({ name, help, labelNames: ['outcome'], registers: [metrics] });
    }),
    expired: once(metrics, 'logboom_elasticsearch_expired_total', (name) => {
      const help = 'Indices, and runs over an index, whose old documents logboom deleted.';
      return new Counter({ name, help, labelNames: ['reason'], registers: [metrics] });
    }),
    bytes: once(metrics, 'logboom_elasticsearch_bytes_total', (name) => {
      const help = 'Bytes of bulk bodies answered, before compression.';
      return new Counter({ name, help, registers: [metrics] });
    }),
    seconds: once(metrics, 'logboom_elasticsearch_bulk_seconds', (name) => {
      const help = 'Time from sending a bulk request to its answer.';
      const buckets = [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
      return new Histogram({ name, help, buckets, registers: [metrics] });
    }),
    inFlight: gauge(metrics, 'logboom_elasticsearch_in_flight', 'Bulk requests under way.'),
    bound: gauge(
      metrics,
      'logboom_elasticsearch_in_flight_bound',
      'Bulk requests allowed at once at present.',
    ),
    deadLetters: gauge(metrics, 'logboom_dead_letters_kept', 'Dead letters in the data folder.'),
    deadLetterBytes: gauge(
      metrics,
      'logboom_dead_letters_bytes',
      'Bytes of dead letters in the data folder.',
    ),
    discarded: once(metrics, 'logboom_dead_letters_discarded_total', (name) => {
      const help = 'Dead letters removed for their age, or to make room.';
      return new Counter({ name, help, registers: [metrics] });
    }),
    aside: once(metrics, 'logboom_elasticsearch_failure_store_total', (name) => {
      const help = 'Documents that Elasticsearch took into the failure store of their data stream.';
      return new Counter({ name, help, registers: [metrics] });
    }),
    rewritten: once(metrics, 'logboom_elasticsearch_rewritten_total', (name) => {
      const help = 'Documents in which an object had a key twice; they were indexed with the last value.';
      return new Counter({ name, help, registers: [metrics] });
    }),
    deferred: gauge(
      metrics,
      'logboom_elasticsearch_put_off',
      'Documents that wait although Elasticsearch answers.',
    ),
    available: gauge(metrics, 'logboom_elasticsearch_available', '1 while the last request was answered.'),
  };
}

function gauge(metrics: Registry, byName: string, help: string): Gauge {
  return once(metrics, byName, (name) => new Gauge({ name, help, registers: [metrics] }));
}

function once<Metric>(metrics: Registry, name: string, make: (name: string) => Metric): Metric {
  return (metrics.getSingleMetric(name) as Metric | undefined) ?? make(name);
}
