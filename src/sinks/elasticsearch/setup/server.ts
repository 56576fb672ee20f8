import { type Client, errors } from '@elastic/elasticsearch';

/** Who answers, as `GET /` tells. */
export interface Server {
  product: 'elasticsearch' | 'opensearch' | 'logboom';
  version: string;
}

/** What a server can do, as far as it matters for templates. */
export interface Capabilities {
  /** Who ages data streams: ILM, their own lifecycle, or nobody, and then logboom does. */
  lifecycle: 'ilm' | 'stream' | 'none';
  dataStreams: boolean;
  /** An index template may name components that are not there. */
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
    super('what answers there is no Elasticsearch: `GET /` tells no version');
  }
}

/** Undefined where the user may not ask. Throws where nobody answers now, or somebody else does. */
export async function askServer(client: Client, signal?: AbortSignal): Promise<Server | undefined> {
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

/** Of a server that does not say who it is, nothing is expected that 7.17 and OpenSearch do not have. */
export async function capabilitiesOf(
  client: Client,
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
 * Every Elasticsearch that has it says so here. What has not, answers 400, 404 or 405; a user without the right gets
 * 403, and then the policy is refused, too, and named.
 */
async function answersIlm(client: Client, signal?: AbortSignal): Promise<boolean> {
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
