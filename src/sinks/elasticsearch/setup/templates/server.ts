import { base, event } from './ecs.ts';
import { ownPriority } from './own.ts';
import { boolean, double, type IndexTemplate, keyword, long, object } from './template.ts';

const lag = object({ lag: object({ records: long, bytes: long, seconds: double }) });

/** The server's own metrics. Counts are those of the interval of length `event.duration`. */
export const server: IndexTemplate = {
  name: 'logboom-server',
  version: 2,
  patterns: ['metrics-logboom.server-*'],
  priority: ownPriority,
  dataStream: true,
  properties: {
    ...base,
    event,
    host: object({ name: keyword }),
    service: object({ name: keyword, version: keyword, id: keyword }),
    logboom: object({
      uptime: long,
      input: object({
        connections: long,
        windows: long,
        events: long,
        events_per_second: double,
        bytes: long,
        failures: long,
        ack: object({ p50: double, p99: double }),
      }),
      journal: object({ bytes: long, fill: double }),
      readers: object({ analyser: lag, indexer: lag }),
      events: object({ analysed: long, late: long, corrected: long, ahead: long, rejected: long }),
      sink: object({
        indexed: long,
        indexed_per_second: double,
        duplicates: long,
        failed_requests: long,
        available: boolean,
      }),
      alerts: object({ open: long, transitions: long }),
      notifications: object({ delivered: long, failed: long, pending: long }),
      process: object({ cpu: double, memory: object({ rss: long, heap: long }) }),
    }),
  },
};
