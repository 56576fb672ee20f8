import type { Status } from '../../src/telemetry/api/status.ts';

/** The status of a server that has just begun. */
export const status = (changes: Partial<Status> = {}): Status => ({
  version: '0.1.0',
  uptime: 61_000,
  memory: { own: 300 * 2 ** 20, files: 512 * 2 ** 20 },
  inputs: {
    lumberjack: { url: 'tcp://127.0.0.1:5044', connections: 2, windowsInFlight: 1, oldestUnacknowledged: 12 },
  },
  journal: { bytes: 1024, maxBytes: 4 * 2 ** 30, newest: 12, events: 900 },
  readers: {
    analyser: { position: 12, lag: { records: 0, bytes: 0, seconds: 0 } },
    indexer: { position: 7, lag: { records: 5, bytes: 2048, seconds: 3 }, waitsFor: 'Elasticsearch' },
  },
  alerts: { open: 1, own: [] },
  sink: {
    kind: 'elasticsearch',
    url: 'http://localhost:9200',
    state: 'unavailable',
    reason: 'connect ECONNREFUSED',
    since: '2026-11-21T05:00:00.000Z',
    unpublished: 41,
    deadLetters: 2,
  },
  processors: {},
  notifiers: { log: { pending: 0 }, ops: { pending: 2, failing: '503' } },
  ...changes,
});
