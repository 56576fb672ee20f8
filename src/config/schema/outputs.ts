import * as z from 'zod';
import { allowedHosts, open, ownProxyProtocol, ssl, trust } from './listener.ts';
import { duration, host, notA, port, secret, size, someDuration, someSize } from './values.ts';

/**
 * The address of Elasticsearch in a cloud id: `name:` and, in base64, `host[:port]$elasticsearch[:port]$kibana`.
 * Undefined where the text is no such id.
 */
export function cloudAddress(id: string): string | undefined {
  const encoded = id.slice(id.lastIndexOf(':') + 1);
  const [domain = '', part = ''] = Buffer.from(encoded, 'base64').toString().split('$');
  const [, host, hostPort] = /^([\w.-]+)(?::(\d{1,5}))?$/.exec(domain) ?? [];
  const [, name, ownPort] = /^([\w-]+)(?::(\d{1,5}))?$/.exec(part) ?? [];
  if (host === undefined || name === undefined) return undefined;
  const port = ownPort ?? hostPort ?? '443';
  return Number(port) > 65_535 ? undefined : `https://${name}.${host}:${port}`;
}

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
      notA('cloud ID', 'Copy the whole ID (`name:base64`) from the page of the deployment.'),
    )
    .optional()
    .describe('Elastic Cloud ID, instead of `hosts`.'),
  user: z.string().optional().describe('User for basic authentication.'),
  password: secret.optional().describe('Password for basic authentication.'),
  api_key: secret.optional().describe('API key (`id:key` or its base64 form).'),
  ...trust,
  ca_trusted_fingerprint: z
    .string()
    .regex(
      /^([0-9a-f]{2}:?){31}[0-9a-f]{2}$/i,
      notA('SHA-256 fingerprint', 'Write 64 hex digits, with or without colons.'),
    )
    .optional()
    .describe('SHA-256 fingerprint (hex) of a certificate authority to trust.'),
  compression: z
    .boolean()
    .optional()
    .describe(
      'Compress request bodies with gzip. Default: yes, unless all `hosts` are addresses of this machine (`localhost`, `127.0.0.1`, `[::1]`) and there is no `proxy`.',
    ),
  timeout: duration('60s').describe('Timeout of one request.'),
  path: z
    .string()
    .regex(/^\/?[^?#]*$/, notA('path', 'Write a path such as `/elasticsearch`.'))
    .optional()
    .describe('Path prefix of every request, for a proxy that serves Elasticsearch below a path.'),
  proxy: z
    .url({ protocol: /^https?$/ })
    .meta({ secret: true })
    .optional()
    .describe(
      'Forward proxy, such as `http://user:password@proxy:3128`. logboom requests a tunnel (`CONNECT`).',
    ),
  custom_headers: z.record(z.string(), secret).default({}).describe('HTTP headers of every request.'),
  parameters: z
    .record(z.string(), z.string())
    .default({})
    .describe('URL parameters of every bulk request, such as `require_data_stream: "true"`.'),
  sniffing: z
    .boolean()
    .default(false)
    .describe(
      'Discover the nodes of the cluster and send to all of them. Not possible with a proxy or a cloud ID.',
    ),
  sniffing_delay: duration('5s').describe('Interval of the node discovery.'),
});

const retention = z
  .strictObject({
    age: someDuration
      .optional()
      .describe('Age at which documents are deleted. Without it, documents are kept.'),
    size: someSize
      .optional()
      .describe(
        'Bytes of all data streams of logboom in the cluster (primary shards). Beyond that, the oldest documents are deleted.',
      ),
    rollover: size('10gb').describe(
      'Size of a primary shard at which a data stream rolls over to a new index.',
    ),
    every: duration('10m').describe('Interval of the check where logboom itself deletes documents.'),
  })
  .prefault({});

export const indexing = z
  .strictObject({
    namespace: z.string().default('default').describe('Namespace: the last part of data stream names.'),
    dataset: z.string().default('generic').describe('Dataset of events that have none.'),
    index: z
      .string()
      .optional()
      .describe(
        'Index name pattern, instead of data streams, such as `%{[@metadata][beat]}-%{+yyyy.MM.dd}`.',
      ),
    data_stream_auto_routing: z
      .boolean()
      .default(true)
      .describe('Choose the data stream of an event by its fields `data_stream.*` and `event.dataset`.'),
    action: z
      .enum(['create', 'index'])
      .default('create')
      .describe('`create` keeps an existing document; `index` replaces it (not possible in data streams).'),
    document_id: z
      .string()
      .optional()
      .describe(
        'Pattern of the document ID, such as `%{[trace][id]}`. Events that lack a field of the pattern get an ID from logboom.',
      ),
    routing: z.string().optional().describe('Pattern of the routing value. Not possible in data streams.'),
    pipeline: z
      .string()
      .optional()
      .describe(
        'Pattern of the ingest pipeline, such as `%{[@metadata][pipeline]}`. Events that lack a field of the pattern use no pipeline.',
      ),
    alerts: z.string().default('alerts').describe('Name of the index of alert episodes.'),
    retention: retention.describe(
      'When documents are deleted. The embedded store has its own settings (`store`).',
    ),
    maxBulkBytes: size('8mb').describe('Largest size of a bulk request body.'),
    maxBulkItems: z.int().min(1).default(5_000).describe('Largest number of documents in a bulk request.'),
    maxBulksInFlight: z.int().min(1).default(2).describe('Largest number of bulk requests in flight.'),
    retryInitial: duration('1s').describe(
      'First pause after a failure. It doubles with each further failure, with jitter.',
    ),
    retryMax: duration('60s').describe('Longest pause after a failure.'),
    serverMetrics: duration('10s').describe(
      'Interval at which logboom writes a document with its own metrics (`metrics-logboom.server-*`). `0s`: never.',
    ),
    installTemplates: z.boolean().default(true).describe('Install index templates at start.'),
  })
  .prefault({});

export const deadLetters = z
  .strictObject({
    maxSize: size('320mb').describe(
      'Bytes of dead letters in the data folder. Beyond that, the oldest are removed.',
    ),
    keepAge: duration('90d').describe(
      'Age at which a file of dead letters is removed, counted from its last dead letter.',
    ),
  })
  .prefault({});

export const store = z
  .strictObject({
    host: host.describe('Address that the embedded store listens on.'),
    port: port(9200).describe('Port that the embedded store listens on.'),
    user: z.string().optional().describe('User for basic authentication.'),
    password: secret.optional().describe('Password for basic authentication.'),
    api_key: secret.optional().describe('API key that clients must present (`id:key` or its base64 form).'),
    open,
    allowedHosts,
    proxy_protocol: ownProxyProtocol,
    ...ssl,
    keepAge: duration('7d').describe('How long documents are kept.'),
    keepSize: size('10gb').describe(
      'Largest size of the file of the store: documents with their columns. The oldest documents make room.',
    ),
    cacheSize: size('128mb').describe(
      'Memory for the columns that searches read. With a smaller cache, searches read more from disk.',
    ),
  })
  .prefault({});

export type ElasticsearchConfig = z.infer<typeof elasticsearch>;
export type DeadLettersConfig = z.infer<typeof deadLetters>;
export type IndexingConfig = z.infer<typeof indexing>;
