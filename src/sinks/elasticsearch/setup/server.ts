import { errors } from '@elastic/elasticsearch';
import type { ElasticsearchClient } from '../client/client.ts';

/** Product and version, as `GET /` answers them. */
export interface Server {
  product: 'elasticsearch' | 'opensearch' | 'logboom';
  version: string;
}

/** Features of a server that matter for templates. */
export interface Capabilities {
  /** What deletes old data: ILM, the data stream lifecycle, or nothing; in the last case logboom does. */
  lifecycle: 'ilm' | 'stream' | 'none';
  dataStreams: boolean;
  /** An index template may name component templates that do not exist. */
  mayMissComponents: boolean;
  ignoresTooManyFields: boolean;
  /** It deletes old documents by a setting of its own. */
  retains: boolean;
}

interface RootAnswer {
  name?: unknown;
  version?: { number?: unknown; distribution?: unknown; build_flavor?: unknown; build_hash?: unknown };
}

class NoElasticsearch extends Error {
  constructor() {
    super('what answers there is no Elasticsearch: `GET /` states no version');
  }
}

/** Undefined where the user lacks the right to ask. Throws where no server answers, or no Elasticsearch. */
export async function askServer(
  client: ElasticsearchClient,
  signal?: AbortSignal,
): Promise<Server | undefined> {
  try {
    return serverFrom(await client.transport.request({ method: 'GET', path: '/' }, signal ? { signal } : {}));
  } catch (thrown) {
    if (thrown instanceof errors.ResponseError && thrown.statusCode === 403) return undefined;
    throw thrown;
  }
}

function serverFrom(answer: unknown): Server {
  const { name, version } = (typeof answer === 'object' && answer !== null ? answer : {}) as RootAnswer;
  if (typeof version?.number !== 'string') throw new NoElasticsearch();
  const isOurs = name === 'logboom' && version.build_hash === 'unknown';
  const isOpenSearch = version.distribution === 'opensearch';
  return {
    product: isOurs ? 'logboom' : isOpenSearch ? 'opensearch' : 'elasticsearch',
    version: version.number,
  };
}

/** For an unknown server only features are assumed that both 7.17 and OpenSearch have. */
export async function capabilitiesOf(
  client: ElasticsearchClient,
  server: Server | undefined,
  signal?: AbortSignal,
): Promise<Capabilities> {
  const since = (version: string) => server?.product !== 'opensearch' && isAtLeast(server?.version, version);
  const retains = server?.product === 'logboom';
  const hasIlm = server?.product === 'elasticsearch' && (await answersIlm(client, signal));
  return {
    lifecycle: hasIlm ? 'ilm' : since('8.14') && !retains ? 'stream' : 'none',
    dataStreams: true,
    mayMissComponents: since('8.7'),
    ignoresTooManyFields: since('8.14'),
    retains,
  };
}

/**
 * Every Elasticsearch with ILM answers this. Servers without it answer 400, 404 or 405; a user without the right gets
 * 403, and then installing the policy fails and is reported.
 */
async function answersIlm(client: ElasticsearchClient, signal?: AbortSignal): Promise<boolean> {
  const options = { ignore: [400, 404, 405, 410], ...(signal && { signal }) };
  try {
    const answer = await client.transport.request({ method: 'GET', path: '/_ilm/status' }, options);
    return typeof (answer as { operation_mode?: unknown } | null)?.operation_mode === 'string';
  } catch (thrown) {
    if (thrown instanceof errors.ResponseError && thrown.statusCode === 403) return true;
    throw thrown;
  }
}

function isAtLeast(version: string | undefined, least: string): boolean {
  const [major = 0, minor = 0] = (version ?? '0').split('.').map(Number);
  const [leastMajor = 0, leastMinor = 0] = least.split('.').map(Number);
  return major > leastMajor || (major === leastMajor && minor >= leastMinor);
}
