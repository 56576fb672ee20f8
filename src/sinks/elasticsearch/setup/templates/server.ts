import type { IndexingConfig } from '../../../../config/schema/outputs.ts';
import type { Millis } from '../../../../model/event.ts';
import { formatSize, parseSize } from '../../../../util/text.ts';
import type { Capabilities } from '../server.ts';
import { event } from './event-fields.ts';
import { base, ownPriority } from './own.ts';
import { boolean, double, type IndexTemplate, keyword, long, object } from './template.ts';

export type Retention = IndexingConfig['retention'];

export const policyName = 'logboom';

const day: Millis = 86_400_000;
const hour: Millis = 3_600_000;
/** As in Elastic's own policy. */
const longestTurn: Millis = 30 * day;

/**
 * How long a data stream writes to one index. Indices are deleted as a whole, when the last document is old
 * enough, so no document is kept longer than the configured age and an eighth.
 */
export function turnOf({ age }: Pick<Retention, 'age'>): Millis {
  return age === undefined ? longestTurn : Math.min(longestTurn, Math.max(hour, Math.round(age / 8)));
}

/** The policy for ILM. Without an age nothing is deleted, as in Elastic's own. */
export function policyBody(retention: Retention): object {
  const rollover = {
    max_age: elasticTime(turnOf(retention)),
    max_primary_shard_size: elasticSize(retention.rollover),
  };
  const { age } = retention;
  return {
    policy: {
      phases: {
        hot: { actions: { rollover } },
        ...(age !== undefined && { delete: { min_age: elasticTime(age), actions: { delete: {} } } }),
      },
    },
  };
}

/** The component template with the lifecycle of each data stream of logboom. */
export function lifecycleBody({ lifecycle }: Capabilities, { age }: Retention): object {
  if (lifecycle === 'ilm') return { template: { settings: { 'index.lifecycle.name': policyName } } };
  if (lifecycle === 'none') return { template: {} };
  return { template: { lifecycle: age === undefined ? {} : { data_retention: elasticTime(age) } } };
}

/** Elasticsearch accepts one integer with one unit. */
export function elasticTime(millis: Millis): string {
  const units = { d: day, h: hour, m: 60_000, s: 1_000 };
  for (const [unit, length] of Object.entries(units))
    if (millis >= length && millis % length === 0) return `${millis / length}${unit}`;
  return `${Math.max(1, Math.round(millis))}ms`;
}

export function elasticSize(bytes: number): string {
  const words = formatSize(bytes);
  return parseSize(words) === bytes ? words : `${bytes}b`;
}

const lag = object({ lag: object({ records: long, bytes: long, seconds: double }) });

/** Rates and errors by field. Counts are those of the time from `event.start` to `event.end`. */
export const stats: IndexTemplate = {
  name: 'logboom-stats',
  version: 1,
  patterns: ['metrics-logboom.stats-*'],
  priority: ownPriority,
  dataStream: true,
  properties: {
    ...base,
    event,
    host: object({ name: keyword }),
    service: object({ name: keyword, id: keyword }),
    logboom: object({
      stats: object({
        by: keyword,
        field: keyword,
        value: keyword,
        rank: long,
        events: long,
        errors: long,
        events_per_second: double,
        errors_per_second: double,
        error_share: double,
        events_at_most: long,
        full: boolean,
        sampled: boolean,
      }),
    }),
  },
};

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
