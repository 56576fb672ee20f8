import { error, event, logFields } from './event-fields.ts';
import {
  boolean,
  date,
  double,
  type IndexTemplate,
  ip,
  kept,
  keyword,
  long,
  object,
  text,
} from './template.ts';

/** Present in every document of every stream. */
export const base = {
  '@timestamp': date,
  message: text,
  tags: keyword,
  ecs: object({ version: keyword }),
  data_stream: object({ type: keyword, dataset: keyword, namespace: keyword }),
};

const rule = object({
  id: keyword,
  uuid: keyword,
  name: keyword,
  version: keyword,
  reference: keyword,
  category: keyword,
});

/** Times are event times; a window is `[start, end)`. */
const window = object({ start: date, end: date });
/** A measure may be a fraction although its first value is an integer. */
const measured = { value: double, peak: double, threshold: double };

/** Above Elasticsearch's built-in templates for `logs-*-*` and `metrics-*-*`, which have 100. */
export const ownPriority = 200;
/**
 * Below them: a server's own template for `logs-*-*`, or an integration's, always wins, so that nobody else's
 * stream changes. Where there is none, as in the embedded store, this one makes data streams of our events.
 */
const fallbackPriority = 50;

/** An objective and its error budget; times are in milliseconds. */
const slo = object({
  ...{ name: keyword, objective: double, period: long, events: long, bad: long },
  ...{ budget_left: double, burn_rate: double, burn_over: long },
});

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
  where: keyword,
  measure: keyword,
  recover: keyword,
  /** From the first window of the episode to its last one; the field `window` is that of the last decision. */
  window,
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
  notified: { properties: { notifier: keyword, at: date, status: keyword, refused: text } },
  acknowledged: { properties: { by: keyword, at: date, comment: text } },
  assigned: { properties: { to: keyword, by: keyword, at: date } },
  notification: { properties: { sent: boolean, reason: text, notifiers: keyword } },
  verdict: { properties: { verdict: keyword, by: keyword, at: date, comment: text } },
  suppressed: { properties: { by: keyword, reason: text, notifier: keyword, at: date } },
  samples: {
    properties: {
      ...{ '@timestamp': date, message: text, host: keyword, service: keyword, level: keyword },
      ...{ ip, user: keyword, category: keyword },
      ...{ file: keyword, offset: long, value: keyword, id: keyword, index: keyword },
    },
  },
  samples_omitted: long,
  slo,
});

const related = object({ hosts: keyword, ip, user: keyword });
const alertFields = { ...base, event, rule, alert, window, related, labels: { type: 'object' } };

export const events: IndexTemplate = {
  name: 'logboom-events',
  version: 4,
  patterns: ['logs-*-*'],
  priority: fallbackPriority,
  dataStream: true,
  properties: { ...base, ...logFields },
};

/** A plain index: an episode's document is updated in place, which data streams do not allow. */
export const alerts = (index: string): IndexTemplate => ({
  name: 'logboom-alerts',
  version: 6,
  patterns: [index],
  priority: ownPriority,
  dataStream: false,
  properties: alertFields,
});

export const transitions: IndexTemplate = {
  name: 'logboom-transitions',
  version: 6,
  patterns: ['logs-logboom.alerts-*'],
  priority: ownPriority,
  dataStream: true,
  properties: alertFields,
};

export const windows: IndexTemplate = {
  name: 'logboom-windows',
  version: 5,
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
      unit: keyword,
      count: long,
      revision: long,
      late_count: long,
      ...measured,
    }),
    slo,
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
