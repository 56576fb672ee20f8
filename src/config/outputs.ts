import { z } from 'zod';
import { ssl } from './ssl.ts';
import { allowedHosts, duration, host, open, port, secret, size } from './values.ts';

export const elasticsearch = z.strictObject({
  hosts: z
    .array(z.url({ protocol: /^https?$/ }))
    .min(1)
    .optional()
    .describe('Addresses of the nodes.'),
  cloud_id: z.string().optional().describe('Elastic Cloud id, instead of `hosts`.'),
  user: z.string().optional().describe('User for basic authentication.'),
  password: secret.optional().describe('Password for basic authentication.'),
  api_key: secret.optional().describe('API key (`id:key` or its base64 form).'),
  ssl_certificate_authorities: z
    .array(z.string())
    .default([])
    .describe('Paths of authorities (PEM) to trust.'),
  ssl_verification_mode: z
    .enum(['full', 'none'])
    .default('full')
    .describe('Whether certificates are checked.'),
  ca_trusted_fingerprint: z
    .string()
    .optional()
    .describe('SHA-256 fingerprint (hex) of an authority to trust.'),
  compression: z.boolean().default(true).describe('Send bodies compressed with gzip.'),
  timeout: duration('60s').describe('How long one request may take.'),
});

export const indexing = z
  .strictObject({
    namespace: z.string().default('default').describe('Last part of data stream names.'),
    dataset: z.string().default('generic').describe('Dataset of events that name none.'),
    index: z
      .string()
      .optional()
      .describe('Index pattern instead of data streams, such as `%{[@metadata][beat]}-%{+yyyy.MM.dd}`.'),
    alerts: z.string().default('alerts').describe('Index of alert episodes.'),
    maxBulkBytes: size('8mb').describe('Largest bulk request body.'),
    maxBulkItems: z.int().min(1).default(5_000).describe('Largest number of documents in a bulk request.'),
    maxBulksInFlight: z.int().min(1).default(2).describe('Bulk requests under way at once.'),
    retryInitial: duration('1s').describe('First pause after a failure; it doubles, with jitter.'),
    retryMax: duration('60s').describe('Longest pause after a failure.'),
    serverMetrics: duration('10s').describe(
      'How often the server writes a document of its own metrics (`metrics-logboom.server-*`); `0s`: never.',
    ),
    installTemplates: z.boolean().default(true).describe('Install index templates at start.'),
  })
  .prefault({});

export const store = z
  .strictObject({
    host: host.describe('Address of the embedded store.'),
    port: port(9200).describe('Port of the embedded store.'),
    user: z.string().optional().describe('User for basic authentication.'),
    password: secret.optional().describe('Password for basic authentication.'),
    api_key: secret.optional().describe('API key to ask for (`id:key` or its base64 form).'),
    open,
    allowedHosts,
    ...ssl,
    keepAge: duration('7d').describe('How long documents are kept.'),
    keepSize: size('10gb').describe('How many bytes of documents are kept at the most.'),
  })
  .prefault({});

export type ElasticsearchConfig = z.infer<typeof elasticsearch>;
export type IndexingConfig = z.infer<typeof indexing>;
export type StoreConfig = z.infer<typeof store>;
