import * as z from 'zod';
import { customFormat } from './formats.ts';

export const parserNames = [
  'auto',
  'none',
  'access',
  'json',
  'apache-error',
  'nginx-error',
  'haproxy',
  'envoy',
  'alb',
  'iis',
  'squid',
  'syslog',
  'python',
  'java',
  'dotnet',
  'go',
  'glog',
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

const enrich = z
  .strictObject({
    userAgent: z
      .boolean()
      .default(false)
      .describe(
        'Adds `user_agent.name`, `.version`, `.os` and `.device` to events with `user_agent.original`.',
      ),
    geoip: z
      .array(z.string().min(1))
      .default([])
      .describe(
        'Paths of MaxMind files (`.mmdb`) for cities or countries and for autonomous systems. Events get `source.geo` and `source.as` by `source.ip`; the same for `client`, `destination` and `server`. A file that is replaced is read anew.',
      ),
    domains: z
      .boolean()
      .default(false)
      .describe(
        'Adds `registered_domain`, `top_level_domain` and `subdomain` beside `url.domain`, `source.domain`, `client.domain`, `destination.domain`, `server.domain`, and beside `dns.question.name`, by the Public Suffix List.',
      ),
    addressScopes: z
      .boolean()
      .default(false)
      .describe(
        'Adds `source.address_scope` by `source.ip`: `public`, `private`, `loopback`, `link-local`, `multicast` or `reserved`; the same for `client`, `destination` and `server`.',
      ),
    integrations: z
      .boolean()
      .default(false)
      .describe(
        'Adds what the pipelines of Elastic’s integrations add: `event.module` and `service.type` by an `event.dataset` such as `nginx.access`, and the addresses, users and hosts of the event in `related.ip`, `related.user` and `related.hosts`.',
      ),
  })
  .prefault({});

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
    enrich: enrich.describe('What is added to events that their values stand for.'),
    timestamp: z
      .enum(['line', '@timestamp'])
      .default('line')
      .describe(
        'Source of the event time: the line, where its parser finds a time in it, or always `@timestamp` of the sender.',
      ),
  })
  .prefault({});

export type ParsersConfig = z.infer<typeof parsers>;
export type EnrichConfig = z.infer<typeof enrich>;
