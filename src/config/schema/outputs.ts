import { z } from 'zod';
import { cloudAddress } from './cloud-id.ts';
import { ssl } from './ssl.ts';
import { allowedHosts, duration, host, open, port, secret, size, someDuration, someSize } from './values.ts';

export const elasticsearch = z.strictObject({
  hosts: z
    .array(z.url({ protocol: /^https?$/ }))
    .min(1)
    .optional()
    .describe('Addresses of the nodes.'),
  cloud_id: z
    .string()
    .refine(
      (text) => cloudAddress(text) !== undefined,
      'is no cloud id; copy it whole from the deployment’s page, as `name:base64`',
    )
    .optional()
    .describe('Elastic Cloud id, instead of `hosts`.'),
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
    .regex(
      /^([0-9a-f]{2}:?){31}[0-9a-f]{2}$/i,
      'is no SHA-256 fingerprint; write 64 hex digits, with colons or without',
    )
    .optional()
    .describe('SHA-256 fingerprint (hex) of an authority to trust.'),
  compression: z.boolean().default(true).describe('Send bodies compressed with gzip.'),
  timeout: duration('60s').describe('How long one request may take.'),
  path: z
    .string()
    .regex(/^\/?[^?#]*$/, 'is no path; write for example /elasticsearch')
    .optional()
    .describe('Path before every request, where a proxy serves Elasticsearch below one.'),
  proxy: z
    .url({ protocol: /^https?$/ })
    .meta({ secret: true })
    .optional()
    .describe(
      'Forward proxy, such as `http://user:password@proxy:3128`; it is asked for a tunnel (`CONNECT`).',
    ),
  custom_headers: z.record(z.string(), secret).default({}).describe('Headers of every request.'),
  parameters: z
    .record(z.string(), z.string())
    .default({})
    .describe('Parameters in the address of every bulk request, such as `require_data_stream: "true"`.'),
  sniffing: z
    .boolean()
    .default(false)
    .describe('Ask the cluster for its nodes and send to all of them; not through a proxy or a cloud id.'),
  sniffing_delay: duration('5s').describe('How often it is asked for its nodes.'),
});

const retention = z
  .strictObject({
    age: someDuration.optional().describe('Documents older than this are deleted. Without it they stay.'),
    size: someSize
      .optional()
      .describe('Bytes of all our data streams in the cluster (primary shards); beyond it the oldest go.'),
    rollover: size('10gb').describe('Bytes of a primary shard at which a data stream begins its next index.'),
    every: duration('10m').describe('How often logboom looks, where it deletes by itself.'),
  })
  .prefault({});

export const indexing = z
  .strictObject({
    namespace: z.string().default('default').describe('Last part of data stream names.'),
    dataset: z.string().default('generic').describe('Dataset of events that name none.'),
    index: z
      .string()
      .optional()
      .describe('Index pattern instead of data streams, such as `%{[@metadata][beat]}-%{+yyyy.MM.dd}`.'),
    data_stream_auto_routing: z
      .boolean()
      .default(true)
      .describe('Let `data_stream.*` and `event.dataset` of an event choose its data stream.'),
    action: z
      .enum(['create', 'index'])
      .default('create')
      .describe('`create` leaves a document that is there; `index` replaces it (not in data streams).'),
    document_id: z
      .string()
      .optional()
      .describe('Pattern of the id, such as `%{[trace][id]}`; events that do not fill it get logboom’s own.'),
    routing: z.string().optional().describe('Pattern of the routing value; not in data streams.'),
    pipeline: z
      .string()
      .optional()
      .describe(
        'Pattern of the ingest pipeline, such as `%{[@metadata][pipeline]}`; unfilled, there is none.',
      ),
    alerts: z.string().default('alerts').describe('Index of alert episodes.'),
    retention: retention.describe('When documents are deleted; the embedded store has its own (`store`).'),
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

export const deadLetters = z
  .strictObject({
    maxSize: size('320mb').describe(
      'Bytes of refused documents that are kept in the data folder; beyond that the oldest are removed.',
    ),
    keepAge: duration('90d').describe('A file of them that got no further one for so long is removed.'),
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
    cacheSize: size('128mb').describe(
      'Memory for columns that searches read: a smaller cache reads more of them from disk again.',
    ),
  })
  .prefault({});

export type ElasticsearchConfig = z.infer<typeof elasticsearch>;
export type DeadLettersConfig = z.infer<typeof deadLetters>;
export type IndexingConfig = z.infer<typeof indexing>;
