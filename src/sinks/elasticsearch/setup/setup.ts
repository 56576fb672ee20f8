import { errors } from '@elastic/elasticsearch';
import type { IndexingConfig } from '../../../config/schema/outputs.ts';
import type { SinkTelemetry } from '../../../telemetry/components/sink.ts';
import type { ElasticsearchClient } from '../client/client.ts';
import { judgeFailure } from '../delivery/bulk-response.ts';
import type { CircuitBreaker } from '../delivery/circuit-breaker.ts';
import { type InstallOptions, installTemplates, type TemplatesOutcome } from './install-templates.ts';
import { createOwnStreams } from './own-streams.ts';
import {
  deletingRights,
  installingRights,
  missingRights,
  type Rights,
  together,
  writingRights,
} from './rights.ts';
import { askServer, type Capabilities, capabilitiesOf, type Server } from './server.ts';

export interface SetupOutcome extends TemplatesOutcome {
  /** Undefined where the user lacks the right to ask. */
  server: Server | undefined;
  capabilities: Capabilities;
  /** All rights that logboom can use, as a role. */
  rights: Rights;
  /** Missing rights that are needed at present; undefined where the server has no security. */
  missingRights: string[] | undefined;
  /** Further remarks for the operator. */
  remarks: string[];
}

/**
 * Prepares a server for documents: checks rights, installs templates, creates the index of episodes. Throws only
 * where the server cannot be asked now; the whole can be repeated at any time.
 */
export async function setUp(
  client: ElasticsearchClient,
  indexing: IndexingConfig,
  options: InstallOptions = {},
): Promise<SetupOutcome> {
  const { signal } = options;
  const server = await askServer(client, signal);
  const capabilities = await capabilitiesOf(client, server, signal);
  const templates = await installTemplates(client, indexing, capabilities, options);
  // Without its template the index would get a dynamic mapping, and keep it.
  if (templates.missing.length === 0 && !options.dryRun)
    templates.missing.push(...(await createAlertsIndex(client, indexing.alerts, signal)));
  const needed = together(writingRights(indexing, capabilities), deletingRights(indexing, capabilities));
  const rights = together(needed, installingRights(capabilities));
  const isReady = templates.installed.length + templates.missing.length === 0;
  const missing = await missingRights(client, isReady ? needed : rights, signal);
  const remarks = await remarksOn(client, indexing, capabilities, signal);
  if (options.streams && !options.dryRun && capabilities.dataStreams && templates.missing.length === 0)
    remarks.push(...(await createOwnStreams(client, indexing.namespace, signal)));
  return { ...templates, server, capabilities, rights, missingRights: missing, remarks };
}

async function remarksOn(
  client: ElasticsearchClient,
  { retention, index }: IndexingConfig,
  { dataStreams, retains }: Capabilities,
  signal?: AbortSignal,
): Promise<string[]> {
  const remarks: string[] = [];
  if (!dataStreams)
    remarks.push('this server has no data streams: documents go into plain indices of the same names');
  const wanted = retention.age !== undefined || retention.size !== undefined;
  if (retains && wanted)
    remarks.push(
      'the embedded store deletes by its own `store.keepAge` and `store.keepSize`, not by `indexing.retention`',
    );
  else if (wanted && index !== undefined)
    remarks.push(
      'indices of `indexing.index` have no template of ours: `indexing.retention` leaves their documents alone',
    );
  else if (wanted && (await hasBuiltInLogs(client, signal)))
    remarks.push(
      'events are in data streams of Elasticsearch’s own template `logs`: `indexing.retention` does not concern them; name a policy in its component `logs@custom`',
    );
  return remarks;
}

/** Elasticsearch's own template for `logs-*-*`, whose priority is above that of logboom's. */
async function hasBuiltInLogs(client: ElasticsearchClient, signal?: AbortSignal): Promise<boolean> {
  const options = { ignore: [400, 403, 404], ...(signal && { signal }) };
  const path = '/_index_template/logs';
  const answer = await client.transport.request<{ index_templates?: unknown[] }>(
    { method: 'GET', path },
    options,
  );
  return (answer?.index_templates?.length ?? 0) > 0;
}

/**
 * Creates the index of episodes before the first alert does, so that a search for alerts finds none instead of an error. Returns
 * why it could not be created, if so. Throws only where the server cannot be asked now.
 */
export async function createAlertsIndex(
  client: ElasticsearchClient,
  index: string,
  signal?: AbortSignal,
): Promise<string[]> {
  const path = `/${encodeURIComponent(index)}`;
  const options = signal ? { signal } : {};
  try {
    const isThere = await client.transport.request<boolean>({ method: 'HEAD', path }, options);
    if (!isThere) await client.transport.request({ method: 'PUT', path }, options);
    return [];
  } catch (thrown) {
    if (!(thrown instanceof errors.ResponseError)) throw thrown;
    const { statusCode = 0 } = thrown;
    if (statusCode < 400 || statusCode >= 500 || [401, 408, 429].includes(statusCode)) throw thrown;
    const { reason } = judgeFailure(thrown);
    return reason.includes('resource_already_exists_exception') ? [] : [`index ${index}: ${reason}`];
  }
}

interface BackgroundSetup {
  /** Resolves when every template is installed or was refused. Rejects only when the sink is closed before. */
  ready: Promise<void>;
  readonly done: boolean;
  readonly missing: string[];
  /** What the server supports, once it is known. */
  readonly capabilities: Capabilities | undefined;
}

interface BackgroundSetupOptions {
  client: ElasticsearchClient;
  indexing: IndexingConfig;
  breaker: CircuitBreaker;
  telemetry: SinkTelemetry;
  signal: AbortSignal;
}

/**
 * Installs the templates in the background, as soon as the server answers. No document is sent before: without its template, the
 * first one would create a plain index in place of a data stream, which cannot be changed afterwards.
 */
export function setUpInBackground(options: BackgroundSetupOptions): BackgroundSetup {
  let done = !options.indexing.installTemplates;
  let missing: string[] = [];
  let capabilities: Capabilities | undefined;

  async function prepare(): Promise<void> {
    if (done) return;
    const outcome = await setUpUntilDone(options);
    options.telemetry.setUp(outcome);
    ({ missing, capabilities } = outcome);
    done = true;
  }

  const ready = prepare();
  ready.catch(() => undefined);
  return {
    ready,
    get done() {
      return done;
    },
    get missing() {
      return missing;
    },
    get capabilities() {
      return capabilities;
    },
  };
}

async function setUpUntilDone({ client, indexing, breaker, signal }: BackgroundSetupOptions) {
  for (;;) {
    await breaker.untilClosed();
    const beganAt = breaker.failures;
    try {
      const outcome = await setUp(client, indexing, { signal });
      breaker.succeeded();
      return outcome;
    } catch (thrown) {
      signal.throwIfAborted();
      const { reason, ...verdict } = judgeFailure(thrown);
      const unreachable = verdict.kind === 'again' && verdict.unreachable;
      breaker.failed(verdict.kind === 'again' ? verdict.key : 'templates', reason, unreachable, beganAt);
    }
  }
}
