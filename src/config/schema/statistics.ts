import * as z from 'zod';
import { duration } from './values.ts';

export const statistics = z
  .strictObject({
    enabled: z
      .boolean()
      .default(true)
      .describe('Whether rates and errors are counted by field, for `GET /stats` and as documents.'),
    fields: z
      .array(z.string().min(1))
      .max(20)
      .default([])
      .describe(
        'Fields to count by, beside section, path, client, status, service, level and host. Each takes up to 2 MB.',
      ),
    errors: z
      .string()
      .default('log.level >= error or http.response.status_code >= 500')
      .describe('KQL query of the events that count as errors.'),
    documents: duration('1m').describe(
      'Interval at which the most frequent values are written to `metrics-logboom.stats-*`, at most 2m. `0s`: never.',
    ),
    top: z.int().min(1).max(100).default(10).describe('Number of values of each field in the documents.'),
  })
  .prefault({});

export type StatisticsConfig = z.infer<typeof statistics>;
