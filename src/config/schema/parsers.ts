import { z } from 'zod';

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

export const parsers = z
  .strictObject({
    default: z
      .enum(parserNames)
      .default('auto')
      .describe(
        'Parser of events whose dataset has no entry in `byDataset`. `auto` chooses by `event.dataset` and `fileset`, and otherwise tries all parsers.',
      ),
    byDataset: z
      .record(z.string(), z.enum(parserNames))
      .default({})
      .describe('Parser by the value of `event.dataset`, such as `nginx.access: access`.'),
    timestamp: z
      .enum(['line', '@timestamp'])
      .default('line')
      .describe(
        'Source of the event time: the line, where its parser finds a time in it, or always `@timestamp` of the sender.',
      ),
  })
  .prefault({});

export type ParsersConfig = z.infer<typeof parsers>;
