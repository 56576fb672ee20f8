import { X509Certificate } from 'node:crypto';
import {
  Client,
  type ClientOptions,
  ClusterConnectionPool,
  HttpConnection,
  Serializer,
  Transport,
} from '@elastic/elasticsearch';
import { cloudAddress, type ElasticsearchConfig } from '../../../config/schema/outputs.ts';
import { LogboomError, messageOf } from '../../../errors.ts';
import { readConfiguredFile } from '../../../util/files.ts';
import { readCreated } from '../delivery/bulk-response.ts';

type TransportOptions = ConstructorParameters<typeof Transport>[0];
type SniffOptions = Parameters<Transport['sniff']>[0];
/** What logboom uses of the client. Its other parts, a class for each request of Elasticsearch, are not in the bundle. */
export type ElasticsearchClient = Pick<Client, 'transport' | 'connectionPool' | 'close'>;

type Nodes = Parameters<Transport['connectionPool']['nodesToHost']>[0];

/** Does not parse the usual answer to a bulk request: all documents were created. */
class BulkSerializer extends Serializer {
  override deserialize<Parsed = unknown>(json: string): Parsed {
    return (readCreated(json) as Parsed | undefined) ?? super.deserialize<Parsed>(json);
  }
}

/**
 * Speaks JSON without a version in its media type, and asks nobody whether it is Elastic's product: so 7.17, 8 and 9
 * take it each in its own version, and OpenSearch, too. What logboom sends is the same in all of them.
 */
class PlainTransport extends Transport {
  constructor(options: TransportOptions) {
    super({
      ...options,
      productCheck: null as unknown as string,
      vendoredHeaders: {
        jsonContentType: 'application/json',
        ndjsonContentType: 'application/x-ndjson',
        accept: 'application/json',
      },
    });
  }

  /**
   * Asks for the cluster's nodes. Whatever comes back instead leaves the nodes that are known: the client's own way
   * ends the process where an answer has another shape.
   */
  override sniff({ requestId }: SniffOptions): void {
    if (this.isSniffing) return;
    this.isSniffing = true;
    const path = this.sniffEndpoint ?? '/_nodes/_all/http';
    this.request<{ nodes?: Nodes }>({ method: 'GET', path }, { id: requestId, meta: true })
      .then(({ body, meta }) => this.#take(body?.nodes ?? {}, meta.connection?.url.protocol))
      .catch(() => undefined)
      .finally(() => {
        this.isSniffing = false;
      });
  }

  #take(nodes: Nodes, protocol = 'http:'): void {
    const reachable = Object.entries(nodes).filter(([, node]) => node.http?.publish_address !== undefined);
    if (reachable.length === 0) return;
    const hosts = this.connectionPool.nodesToHost(Object.fromEntries(reachable), protocol);
    this.connectionPool.update(hosts);
  }
}

/**
 * The official client, with everything switched off that would act behind the sink's back: it does not try
 * again (the sink does, for ever and with its own pauses) and does not compress (the sink does, at a cheaper
 * level). The cluster pool leaves a node out once it failed and asks for it again later; the default pool keeps
 * sending a share of the requests to a dead node.
 *
 * A failure's headers, which hold credentials, are removed and not redacted: to redact, the client copies the
 * request with its body, byte by byte as keys of an object. For a body of 5 MB that kept the thread busy for
 * 16 seconds at each failure.
 *
 * Throws `CONFIG_INVALID` for files that cannot be used.
 */
export function createClient(config: ElasticsearchConfig): ElasticsearchClient {
  return new Client({
    ...nodes(config),
    ...credentials(config),
    ...trust(config),
    ...throughProxy(config),
    ...sniffing(config),
    headers: lowerCased(config.custom_headers),
    Transport: PlainTransport,
    Serializer: BulkSerializer,
    ConnectionPool: ClusterConnectionPool,
    maxRetries: 0,
    compression: false,
    redaction: { type: 'remove' },
    requestTimeout: config.timeout,
    name: 'logboom',
  });
}

/** The number of addresses, of which others are used when one fails. */
export function nodeCount(config: ElasticsearchConfig): number {
  return config.cloud_id === undefined ? (config.hosts?.length ?? 1) : 1;
}

const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Whether bodies are compressed: as configured, and otherwise unless they stay on this machine, where gzip costs more than it saves. */
export function compresses({ compression, hosts = [], cloud_id, proxy }: ElasticsearchConfig): boolean {
  const isRemote = (host: string) => !loopback.test(new URL(host).hostname);
  return compression ?? (cloud_id !== undefined || proxy !== undefined || hosts.some(isRemote));
}

function nodes(config: ElasticsearchConfig): ClientOptions {
  const cloud = config.cloud_id === undefined ? undefined : cloudAddress(config.cloud_id);
  if (cloud !== undefined) return { nodes: [cloud] };
  const hosts = config.hosts ?? ['http://127.0.0.1:9200'];
  return { nodes: hosts.map((host) => below(host, config.path)) };
}

/** An address with a path keeps it, as in Filebeat. */
function below(host: string, path: string | undefined): string {
  const url = new URL(host);
  if (path === undefined || url.pathname !== '/') return host;
  url.pathname = path;
  return url.href;
}

/** The client sends a header twice whose name is not in lower case. */
function lowerCased(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** The client's usual connection cannot use a proxy; its other one asks the proxy for a tunnel to the node. */
function throughProxy({ proxy }: ElasticsearchConfig): ClientOptions {
  return proxy === undefined ? {} : { proxy, Connection: HttpConnection };
}

function sniffing({ sniffing: wanted, sniffing_delay }: ElasticsearchConfig): ClientOptions {
  return wanted ? { sniffOnStart: true, sniffInterval: sniffing_delay, sniffOnConnectionFault: true } : {};
}

function credentials(config: ElasticsearchConfig): ClientOptions {
  if (config.api_key !== undefined) return { auth: { apiKey: apiKey(config.api_key) } };
  if (config.user === undefined || config.password === undefined) return {};
  return { auth: { username: config.user, password: config.password } };
}

/** Kibana shows a key as `id:key` for Beats and Logstash, and in base64 for other clients; both forms are accepted. */
function apiKey(text: string): string {
  return text.includes(':') ? Buffer.from(text).toString('base64') : text;
}

/**
 * A fingerprint names the authority in place of a file, so the chain cannot be checked against the authorities
 * that Node knows: the client compares the fingerprint instead, and that is the check.
 */
function trust(config: ElasticsearchConfig): ClientOptions {
  const authorities = config.ssl_certificate_authorities.map(authorityIn);
  const fingerprint = config.ca_trusted_fingerprint;
  const checked = config.ssl_verification_mode === 'full' && fingerprint === undefined;
  if (checked && authorities.length === 0) return {};
  return {
    tls: { rejectUnauthorized: checked, ...(authorities.length > 0 && { ca: authorities }) },
    ...(fingerprint !== undefined && { caFingerprint: withColons(fingerprint) }),
  };
}

function authorityIn(path: string): Buffer {
  const setting = 'elasticsearch.ssl_certificate_authorities';
  const ca = readConfiguredFile(setting, path);
  try {
    new X509Certificate(ca);
    return ca;
  } catch (cause) {
    const message = `${setting} names ${path}, which holds no certificate in PEM: ${messageOf(cause)}`;
    throw new LogboomError('CONFIG_INVALID', message, { cause });
  }
}

/** Beats and Logstash write the fingerprint as bare hex, the client compares it in the form `AA:BB:…`. */
function withColons(fingerprint: string): string {
  const hex = fingerprint.replaceAll(':', '').toUpperCase();
  return hex.match(/../g)?.join(':') ?? hex;
}
