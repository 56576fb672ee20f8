import { errors } from '@elastic/elasticsearch';
import type { IndexingConfig } from '../../../config/schema/outputs.ts';
import type { ElasticsearchClient } from '../client/client.ts';
import type { Capabilities } from './server.ts';

/** Rights in the shape of a role, as `PUT _security/role/<name>` and `_has_privileges` take them. */
export interface Rights {
  cluster: string[];
  indices: Array<{ names: string[]; privileges: string[] }>;
}

const streams = ['logs-*-*', 'metrics-logboom.*'];

/** Windows that late events correct are looked up and written again. */
const corrected = ['metrics-logboom.windows-*'];

/** Rights for writing and for reading what is installed. A server that somebody else set up needs no more. */
export function writingRights(
  { index, alerts, action }: IndexingConfig,
  { lifecycle }: Capabilities,
): Rights {
  const own = index === undefined ? [] : [index.replaceAll(/%\{[^}]*\}/g, '*')];
  const writing = ['auto_configure', action === 'index' ? 'index' : 'create_doc'];
  return {
    cluster: ['monitor', ...(lifecycle === 'ilm' ? ['read_ilm'] : [])],
    indices: [
      { names: streams, privileges: ['auto_configure', 'create_doc'] },
      { names: corrected, privileges: ['index', 'read', 'view_index_metadata'] },
      ...(own.length > 0 ? [{ names: own, privileges: writing }] : []),
      { names: [alerts], privileges: ['auto_configure', 'index', 'create_index', 'view_index_metadata'] },
    ],
  };
}

/** Further rights for installing; not needed once everything is installed. */
export function installingRights({ lifecycle }: Capabilities): Rights {
  const ilm = lifecycle === 'ilm' ? ['manage_ilm'] : [];
  return { cluster: ['manage_index_templates', ...ilm], indices: [] };
}

/** Further rights for deleting, where logboom does that itself. */
export function deletingRights({ alerts, retention }: IndexingConfig, { lifecycle }: Capabilities): Rights {
  const byItself = retention.size !== undefined || (retention.age !== undefined && lifecycle === 'none');
  return {
    cluster: [],
    indices: [
      ...(byItself ? [{ names: streams, privileges: ['manage'] }] : []),
      ...(retention.age !== undefined ? [{ names: [alerts], privileges: ['read', 'delete'] }] : []),
    ],
  };
}

/** Merges rights into one role; privileges on the same names become one entry. */
export function together(...all: Rights[]): Rights {
  const byNames = new Map<string, Rights['indices'][number]>();
  for (const { names, privileges } of all.flatMap(({ indices }) => indices)) {
    const before = byNames.get(names.join())?.privileges ?? [];
    byNames.set(names.join(), { names, privileges: [...new Set([...before, ...privileges])] });
  }
  return { cluster: all.flatMap(({ cluster }) => cluster), indices: [...byNames.values()] };
}

interface Privileges {
  has_all_requested?: boolean;
  cluster?: Record<string, boolean>;
  index?: Record<string, Record<string, boolean>>;
}

/** Descriptions of the rights that the user lacks; undefined where the server has no security. */
export async function missingRights(
  client: ElasticsearchClient,
  { cluster, indices }: Rights,
  signal?: AbortSignal,
): Promise<string[] | undefined> {
  const request = {
    method: 'POST',
    path: '/_security/user/_has_privileges',
    body: { cluster, index: indices },
  };
  try {
    const answer = await client.transport.request<Privileges>(request, signal ? { signal } : {});
    if (typeof answer?.has_all_requested !== 'boolean') return undefined;
    return [...lacking('cluster', answer.cluster), ...lackingIn(answer.index)];
  } catch (thrown) {
    // A server without security, or with another implementation of it, has no such endpoint.
    if (thrown instanceof errors.ResponseError && hasNoAnswer(thrown)) return undefined;
    throw thrown;
  }
}

/** With security switched off the server answers 500. */
function hasNoAnswer({ statusCode = 0, body }: errors.ResponseError): boolean {
  if ([400, 403, 404, 405, 410].includes(statusCode)) return true;
  return statusCode === 500 && /security/i.test(JSON.stringify(body ?? ''));
}

function lacking(where: string, rights: Record<string, boolean> = {}): string[] {
  const names = Object.entries(rights).filter(([, granted]) => !granted);
  return names.length === 0 ? [] : [`${where}: ${names.map(([name]) => name).join(', ')}`];
}

function lackingIn(indices: Privileges['index'] = {}): string[] {
  return Object.entries(indices).flatMap(([name, rights]) => lacking(`index ${name}`, rights));
}
