import type { StoreTelemetry } from '@logboom/store';
import { Counter, Gauge, type Registry } from 'prom-client';
import { sizeText } from '../../util/text.ts';
import type { Instruments } from '../metrics.ts';

/** A search that takes longer is worth a line in the log. */
const slow = 1000;

function metricsOf(metrics: Registry) {
  const registers = [metrics];
  return {
    documents: new Counter({
      name: 'logboom_store_documents_written_total',
      help: 'Documents that the embedded store took.',
      registers,
    }),
    refused: new Counter({
      name: 'logboom_store_documents_refused_total',
      help: 'Documents that the embedded store refused.',
      registers,
    }),
    bytes: new Counter({
      name: 'logboom_store_bulk_bytes_total',
      help: 'Bytes of bulk requests to the embedded store.',
      registers,
    }),
    searches: new Counter({
      name: 'logboom_store_searches_total',
      help: 'Searches that the embedded store answered.',
      registers,
    }),
    ended: new Counter({
      name: 'logboom_store_searches_ended_total',
      help: 'Searches that ended before they had seen all documents, because of their timeout or because the client left.',
      labelNames: ['reason'],
      registers,
    }),
    failures: new Counter({
      name: 'logboom_store_requests_failed_total',
      help: 'Requests that the embedded store failed to answer.',
      registers,
    }),
    expired: new Counter({
      name: 'logboom_store_documents_expired_total',
      help: 'Documents that retention took away.',
      labelNames: ['reason'],
      registers,
    }),
    held: new Gauge({ name: 'logboom_store_documents', help: 'Documents in the embedded store.', registers }),
    heldBytes: new Gauge({
      name: 'logboom_store_bytes',
      help: 'Bytes of documents in the embedded store.',
      registers,
    }),
  };
}

/** Turns what the embedded store reports into log lines and metrics. */
export function storeTelemetry({ log, metrics }: Instruments): StoreTelemetry {
  const metric = metricsOf(metrics);
  return {
    started: (url, folder) => log.info({ url, folder }, 'embedded store listens'),
    stopped: () => log.info('embedded store stopped'),
    bulkApplied(accepted, refused, bytes) {
      metric.documents.inc(accepted);
      metric.refused.inc(refused);
      metric.bytes.inc(bytes);
    },
    searched(milliseconds, path) {
      metric.searches.inc();
      if (milliseconds > slow)
        log.warn({ milliseconds: Math.round(milliseconds), path }, 'slow search in the embedded store');
    },
    searchEnded(reason, milliseconds, path) {
      metric.ended.inc({ reason });
      log.info(
        { reason, milliseconds: Math.round(milliseconds), path },
        'a search in the embedded store ended early',
      );
    },
    requestFailed(method, url, error) {
      metric.failures.inc();
      log.error({ method, url, err: error }, 'embedded store failed to answer a request');
    },
    expired(index, documents, reason) {
      metric.expired.inc({ reason }, documents);
      log.info({ index, documents, reason }, 'retention took documents away');
    },
    retentionFailed: (error) => log.error({ err: error }, 'retention failed; it is tried again in a minute'),
    compacted: (before, after) =>
      log.info(
        { before, after },
        `the embedded store's file was mostly empty and gave ${sizeText(before - after)} back to the disk`,
      ),
    measured(documents, bytes) {
      metric.held.set(documents);
      metric.heldBytes.set(bytes);
    },
  };
}
