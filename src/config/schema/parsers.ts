import { z } from 'zod';
import { customFormat } from './formats.ts';

export const parserNames = [
  'auto',
  'none',
  'access',
  'json',
  'apache-error',
  'nginx-error',
  'haproxy',
  'alb',
  'iis',
  'squid',
  'syslog',
  'python',
  'java',
  'dotnet',
  'go',
  'rails',
  'postgresql',
  'mysql-error',
  'mysql-slow',
  'redis',
  'logfmt',
  'generic',
] as const;

/** The name of a format: one of logboom's, or one of `parsers.formats`. */
export const parserName = z.string().min(1);

export const parsers = z
  .strictObject({
    default: parserName
      .default('auto')
      .describe(
        `Parser of events whose dataset has no entry in \`byDataset\`: ${parserNames.join(', ')}, or a name of \`formats\`. \`auto\` chooses by \`event.dataset\` and \`fileset\`, and otherwise tries all parsers.`,
      ),
    byDataset: z
      .record(z.string(), parserName)
      .default({})
      .describe('Parser by the value of `event.dataset`, such as `nginx.access: access`.'),
    formats: z
      .record(z.string().regex(/^[a-z][\w.-]*$/i), customFormat)
      .default({})
      .describe('Formats of your own, by name. `default`, `byDataset` and inputs may name them.'),
    timestamp: z
      .enum(['line', '@timestamp'])
      .default('line')
      .describe(
        'Source of the event time: the line, where its parser finds a time in it, or always `@timestamp` of the sender.',
      ),
  })
  .prefault({});

export type ParsersConfig = z.infer<typeof parsers>;
