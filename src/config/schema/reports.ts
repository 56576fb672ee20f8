import * as z from 'zod';
import { duration } from './values.ts';

const report = z.strictObject({
  every: z
    .string()
    .optional()
    .describe(
      'Length of the interval: `hourly`, `daily`, `weekly`, `monthly`, or a duration that divides a day, such as `5m` or `6h`. Default: `daily`.',
    ),
  cron: z
    .string()
    .optional()
    .describe(
      'Cron expression instead of `every`, such as `0 8 * * 1-5`: a report covers the time from one run to the next.',
    ),
  zone: z
    .string()
    .default('UTC')
    .describe('IANA time zone by which days begin and in which the report shows times.'),
  wait: duration('1m').describe(
    'How long after the end of the interval the report is made, for events that come later.',
  ),
  query: z.string().optional().describe('KQL query that selects events.'),
  errors: z
    .string()
    .optional()
    .describe('KQL query of events that are errors. Default: status 500 or more, or level `error` or worse.'),
  top: z.int().min(1).max(100).default(10).describe('Rows of a list.'),
  source: z
    .enum(['auto', 'journal', 'elasticsearch'])
    .default('auto')
    .describe(
      'Where events are read. `auto`: the journal where it reaches back to the start of the interval, else Elasticsearch or the embedded store.',
    ),
  notify: z.array(z.string()).default([]).describe('Names of the notifiers that send it.'),
  recipients: z
    .array(z.string())
    .optional()
    .describe('Addresses and groups of `people`, for notifiers that write to people, in place of theirs.'),
  files: z
    .array(z.string().min(1))
    .default([])
    .describe(
      'Paths of files to write, which end in .html, .md, .json or .txt. `{name}` and `{from}` are replaced: `/var/lib/reports/{name}-{from}.html`.',
    ),
  index: z
    .boolean()
    .default(true)
    .describe('Whether a document goes to the data stream `logs-logboom.reports-*`.'),
});

export const reports = z
  .record(z.string().regex(/^[\w.-]+$/), report)
  .default({})
  .describe('Reports at intervals, by name.');

export type ReportConfig = z.infer<typeof report>;
