import * as z from 'zod';
import { forward } from './forward.ts';
import { inputs } from './inputs.ts';
import { kibana } from './kibana.ts';
import { notifiers } from './notifiers.ts';
import { deadLetters, elasticsearch, indexing, store } from './outputs.ts';
import { parsers } from './parsers.ts';
import { processors } from './processors.ts';
import { reports } from './reports.ts';
import { inhibitRules, maintenance, people, routes, timeIntervals } from './routing.ts';
import { rules } from './rules.ts';
import { deadMansSwitch, selfMonitoring } from './self-monitoring.ts';
import { api, log, reload, shutdown } from './service.ts';
import { statistics } from './statistics.ts';
import { streams } from './streams.ts';
import { journal, limits, time } from './time.ts';

/**
 * The whole configuration. Each setting is declared once: its type, default, check and reference text are here,
 * and `docs/configuration.md` and the JSON schema for editors are generated from it.
 */
export const schema = z.strictObject({
  data: z
    .string()
    .min(1)
    .default('./data')
    .describe('Folder of the journal, the state and the embedded store.'),
  inputs: inputs.describe('Where events come from.'),
  journal: journal.describe('The journal between inputs and readers.'),
  parsers: parsers.describe('How logboom parses lines into fields.'),
  processors: processors.describe(
    'What is done with events after they are parsed, in this order: fields are changed, and events left out. Rules and documents see the same.',
  ),
  time: time.describe('Event time and watermarks.'),
  limits: limits.describe('What all rules together may keep in memory.'),
  rules: rules.describe(
    'What logboom counts, and when it raises an alert. An entry may also name files of rules, such as `./rules.d/*.yml`, relative to the folder of the configuration.',
  ),
  notifiers,
  people,
  routes,
  inhibit_rules: inhibitRules,
  time_intervals: timeIntervals,
  maintenance,
  reports,
  streams,
  elasticsearch: elasticsearch
    .optional()
    .describe(
      'The Elasticsearch cluster that documents go to. Without this section they go to the embedded store.',
    ),
  forward: forward
    .optional()
    .describe(
      'An existing Logstash that receives all events as well. The settings have the names of Filebeat’s `output.logstash`.',
    ),
  indexing: indexing.describe('Index names, retention and bulk requests.'),
  deadLetters: deadLetters.describe('Retention of documents that Elasticsearch refused for good.'),
  store: store.describe('The embedded, Elasticsearch-compatible store.'),
  kibana: kibana.describe('Kibana: links in alerts, and the command `logboom kibana`.'),
  api: api.describe('The HTTP API of logboom.'),
  selfMonitoring: selfMonitoring.describe('Alerts that logboom raises about itself.'),
  deadMansSwitch: deadMansSwitch
    .optional()
    .describe(
      'A post to an address at each interval, while the journal takes events, the analyser answers and documents arrive.',
    ),
  statistics: statistics.describe('Rates and errors by field.'),
  log: log.describe('The log of logboom.'),
  reload: reload.describe('Reloading the configuration while logboom runs.'),
  shutdown: shutdown.describe('Shutdown.'),
});

export type Config = z.infer<typeof schema>;
/** What a person may write: everything has a default. */
export type ConfigInput = z.input<typeof schema>;
