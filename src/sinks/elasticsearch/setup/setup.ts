import type { Client } from '@elastic/elasticsearch';
import type { IndexingConfig } from '../../../config/schema/outputs.ts';
import { createAlertsIndex } from './alerts-index.ts';
import { type InstallOptions, installTemplates, type TemplatesOutcome } from './install-templates.ts';
import {
  deletingRights,
  installingRights,
  missingRights,
  type Rights,
  together,
  writingRights,
} from './rights.ts';
import { type Abilities, abilitiesOf, askServer, type Server } from './server.ts';

export interface SetupOutcome extends TemplatesOutcome {
  /** Undefined where the user may not ask who answers. */
  server: Server | undefined;
  abilities: Abilities;
  /** All that logboom can make use of, as a role. */
  rights: Rights;
  /** Those that are needed as things are; undefined where the server knows of no rights. */
  missingRights: string[] | undefined;
  /** What a person should know beside it. */
  remarks: string[];
}

/**
 * Makes a server ready for documents: rights looked at, templates installed, the index of episodes made. Throws only
 * where the server cannot be asked now; all of it can be done again at any time.
 */
export async function setUp(
  client: Client,
  indexing: IndexingConfig,
  options: InstallOptions = {},
): Promise<SetupOutcome> {
  const { signal } = options;
  const server = await askServer(client, signal);
  const abilities = await abilitiesOf(client, server, signal);
  const templates = await installTemplates(client, indexing, abilities, options);
  // Without its template the index would get a mapping by guess, and keep it.
  if (templates.missing.length === 0 && !options.dryRun)
    templates.missing.push(...(await createAlertsIndex(client, indexing.alerts, signal)));
  const needed = together(writingRights(indexing, abilities), deletingRights(indexing, abilities));
  const rights = together(needed, installingRights(abilities));
  const isReady = templates.installed.length + templates.missing.length === 0;
  const missing = await missingRights(client, isReady ? needed : rights, signal);
  const remarks = await remarksOn(client, indexing, abilities, signal);
  return { ...templates, server, abilities, rights, missingRights: missing, remarks };
}

async function remarksOn(
  client: Client,
  { retention, index }: IndexingConfig,
  { dataStreams, retains }: Abilities,
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

/** Elasticsearch's own template for `logs-*-*`, whose priority is above that of ours. */
async function hasBuiltInLogs(client: Client, signal?: AbortSignal): Promise<boolean> {
  const options = { ignore: [400, 403, 404], ...(signal && { signal }) };
  const path = '/_index_template/logs';
  const answer = await client.transport.request<{ index_templates?: unknown[] }>(
    { method: 'GET', path },
    options,
  );
  return (answer?.index_templates?.length ?? 0) > 0;
}
