import { base, error, event, logFields, measured, rule, window } from './ecs.ts';
import { boolean, date, type IndexTemplate, ip, kept, keyword, long, object, text } from './template.ts';

/** Above Elasticsearch's built-in templates for `logs-*-*` and `metrics-*-*`, which have 100. */
export const ownPriority = 200;
/**
 * Below them: a server's own template for `logs-*-*`, or an integration's, always wins, so that nobody else's
 * stream changes. Where there is none, as in the embedded store, this one makes data streams of our events.
 */
const fallbackPriority = 50;

const alert = object({
  ...measured,
  id: keyword,
  episode: keyword,
  status: keyword,
  severity: keyword,
  group: keyword,
  condition: keyword,
  reason: text,
  flapping: boolean,
  revision: long,
  count: long,
  late_count: long,
  late: boolean,
  corrected: text,
  withdrawn: boolean,
  /** Nanoseconds, as `event.duration`. */
  time_to_detect: long,
  url: kept,
  from: keyword,
  to: keyword,
  runbook: kept,
  acknowledged: { properties: { by: keyword, at: date, comment: text } },
  assigned: { properties: { to: keyword, by: keyword, at: date } },
  suppressed: { properties: { by: keyword, reason: text, notifier: keyword, at: date } },
  samples: {
    properties: {
      ...{ '@timestamp': date, message: text, host: keyword, service: keyword, level: keyword },
      ...{ file: keyword, offset: long, value: keyword, id: keyword, index: keyword },
    },
  },
  samples_omitted: long,
});

const related = object({ hosts: keyword, ip, user: keyword });
const alertFields = { ...base, event, rule, alert, window, related, labels: { type: 'object' } };

export const events: IndexTemplate = {
  name: 'logboom-events',
  version: 3,
  patterns: ['logs-*-*'],
  priority: fallbackPriority,
  dataStream: true,
  properties: { ...base, ...logFields },
};

/** A plain index: an episode's document is updated in place, which data streams do not allow. */
export const alerts = (index: string): IndexTemplate => ({
  name: 'logboom-alerts',
  version: 4,
  patterns: [index],
  priority: ownPriority,
  dataStream: false,
  properties: alertFields,
});

export const transitions: IndexTemplate = {
  name: 'logboom-transitions',
  version: 4,
  patterns: ['logs-logboom.alerts-*'],
  priority: ownPriority,
  dataStream: true,
  properties: alertFields,
};

export const windows: IndexTemplate = {
  name: 'logboom-windows',
  version: 3,
  patterns: ['metrics-logboom.windows-*'],
  priority: ownPriority,
  dataStream: true,
  properties: {
    ...base,
    event,
    rule,
    window: object({
      start: date,
      end: date,
      group: keyword,
      measure: keyword,
      count: long,
      revision: long,
      late_count: long,
      ...measured,
    }),
  },
};

export const deadLetters: IndexTemplate = {
  name: 'logboom-deadletters',
  version: 3,
  patterns: ['logs-logboom.deadletters-*'],
  priority: ownPriority,
  dataStream: true,
  properties: {
    ...base,
    event,
    error,
    logboom: object({
      deadletter: object({
        index: keyword,
        id: keyword,
        encoding: keyword,
        bytes: long,
        truncated: boolean,
      }),
    }),
  },
};
