import { z } from 'zod';
import { forward } from './forward.ts';
import { inputs } from './inputs.ts';
import { kibana } from './kibana.ts';
import { notifiers } from './notifiers.ts';
import { deadLetters, elasticsearch, indexing, store } from './outputs.ts';
import { parsers } from './parsers.ts';
import { people } from './people.ts';
import { inhibitRules, maintenance, routes, timeIntervals } from './routing.ts';
import { rules } from './rules.ts';
import { deadMansSwitch, selfMonitoring } from './self-monitoring.ts';
import { api, log, reload, shutdown } from './service.ts';
import { journal, time } from './time.ts';

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
  time: time.describe('Event time and watermarks.'),
  rules: rules.describe('What logboom counts, and when it raises an alert.'),
  notifiers,
  people,
  routes,
  inhibit_rules: inhibitRules,
  time_intervals: timeIntervals,
  maintenance,
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
  log: log.describe('The log of logboom.'),
  reload: reload.describe('Reloading the configuration while logboom runs.'),
  shutdown: shutdown.describe('Shutdown.'),
});

export type Config = z.infer<typeof schema>;
/** What a person may write: everything has a default. */
export type ConfigInput = z.input<typeof schema>;
