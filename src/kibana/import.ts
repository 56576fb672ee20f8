import { LogboomError } from '../errors.ts';
import { type Answer, type KibanaClient, reasonOf } from './client.ts';
import { dashboardObject } from './dashboard.ts';
import { alertDashboard } from './dashboards/alerts.ts';
import { errorDashboard } from './dashboards/errors.ts';
import { serverDashboard } from './dashboards/server.ts';
import { traffic } from './dashboards/traffic.ts';
import { dataViewObject, type Patterns, viewsOf } from './data-views.ts';
import type { Connector, KibanaRule } from './rule-shapes.ts';
import { ndjson, type SavedObject } from './saved-object.ts';
import { searchesOf, searchObject } from './searches.ts';

/** The outcome of each object, for the terminal. */
export interface Outcome {
  done: string[];
  /** Existed before, and was left as it is. */
  kept: string[];
  /** Each with its reason. */
  failed: string[];
}

interface ImportError {
  id: string;
  type: string;
  error: { type: string; message?: string; reason?: string };
}

/** Kibana's version. Throws `KIBANA_REFUSED` with the reason where the access is wrong. */
export async function kibanaVersion(client: KibanaClient): Promise<string> {
  const answer = await client.get('/api/status');
  const { number } = (answer.body.version ?? {}) as { number?: string };
  if (answer.status === 401 || answer.status === 403)
    throw new LogboomError(
      'KIBANA_REFUSED',
      `${client.url} refuses the login (${reasonOf(answer)}): set \`kibana.api_key\`, or \`kibana.user\` and \`kibana.password\`.`,
    );
  if (number === undefined)
    throw new LogboomError(
      'KIBANA_REFUSED',
      `${client.url} does not answer like Kibana (${reasonOf(answer)}).`,
    );
  return number;
}

/** Older versions refuse lens and dashboard objects of the present format. */
export const oldestVersion = '8.12';

export function isTooOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < 8 || (major === 8 && minor < 12);
}

/** Kibana answers 200 even where it imported nothing, so the body is checked. */
export async function importObjects(
  client: KibanaClient,
  objects: SavedObject[],
  overwrite: boolean,
): Promise<Outcome> {
  const answer = await client.upload(`/api/saved_objects/_import?overwrite=${overwrite}`, ndjson(objects));
  if (answer.status !== 200) {
    return { done: [], kept: [], failed: [`${objects.length} objects: ${reasonOf(answer)}`] };
  }
  const errors = (answer.body.errors ?? []) as ImportError[];
  const kept = errors.filter(({ error }) => error.type === 'conflict');
  const failed = errors.filter(({ error }) => error.type !== 'conflict');
  const taken = objects.filter(
    (object) => !errors.some(({ id, type }) => id === object.id && type === object.type),
  );
  const counted = answer.body.success === true || answer.body.successCount === taken.length;
  return {
    done: counted ? taken.map(named) : [],
    kept: kept.map(named),
    failed: [
      ...failed.map(
        (one) => `${named(one)}: ${one.error.type}${one.error.message ? `, ${one.error.message}` : ''}`,
      ),
      ...(counted
        ? []
        : [`Kibana took ${answer.body.successCount} of ${taken.length} objects and does not say which`]),
    ],
  };
}

const named = ({ type, id }: { type: string; id: string }) => `${type} ${id}`;

export async function putConnector(
  client: KibanaClient,
  connector: Connector,
  overwrite: boolean,
): Promise<Outcome> {
  const { id, name, type, config, secrets } = connector;
  const path = `/api/actions/connector/${id}`;
  return put(client, `connector ${name}`, overwrite, {
    make: () => client.send('POST', path, { name, connector_type_id: type, config, secrets }),
    change: () => client.send('PUT', path, { name, config, secrets }),
  });
}

export async function putRule(
  client: KibanaClient,
  { id, body }: KibanaRule,
  overwrite: boolean,
): Promise<Outcome> {
  const path = `/api/alerting/rule/${id}`;
  const { rule_type_id: _, consumer: __, ...changeable } = body;
  return put(client, `rule ${body.name}`, overwrite, {
    make: () => client.send('POST', path, body),
    change: () => client.send('PUT', path, changeable),
  });
}

interface Ways {
  make: () => Promise<Answer>;
  change: () => Promise<Answer>;
}

async function put(client: KibanaClient, name: string, overwrite: boolean, ways: Ways): Promise<Outcome> {
  const outcome: Outcome = { done: [], kept: [], failed: [] };
  let answer = await ways.make();
  if (answer.status === 409 && !overwrite) return { ...outcome, kept: [name] };
  if (answer.status === 409) answer = await ways.change();
  if (answer.status < 300) return { ...outcome, done: [name] };
  return { ...outcome, failed: [`${name}: ${reasonOf(answer)} (${client.url})`] };
}

export function together(outcomes: Outcome[]): Outcome {
  return {
    done: outcomes.flatMap(({ done }) => done),
    kept: outcomes.flatMap(({ kept }) => kept),
    failed: outcomes.flatMap(({ failed }) => failed),
  };
}

/** Names of the objects that do not exist. An export of all objects lists the missing ones, in any version. */
export async function missingIn(client: KibanaClient, objects: SavedObject[]): Promise<string[]> {
  const answer = await client.send('POST', '/api/saved_objects/_export', {
    objects: objects.map(({ type, id }) => ({ type, id })),
    excludeExportDetails: true,
  });
  if (answer.status === 200) return [];
  const { objects: missing } = (answer.body.attributes ?? {}) as { objects?: { type: string; id: string }[] };
  if (missing === undefined) throw new LogboomError('KIBANA_REFUSED', `${client.url}: ${reasonOf(answer)}`);
  return missing.map(named);
}

export async function missingRules(
  client: KibanaClient,
  rules: KibanaRule[],
  connectors: Connector[],
): Promise<string[]> {
  const asked = [
    ...connectors.map(({ id, name }) => [`/api/actions/connector/${id}`, `connector ${name}`] as const),
    ...rules.map(({ id, body }) => [`/api/alerting/rule/${id}`, `rule ${body.name}`] as const),
  ];
  const missing: string[] = [];
  for (const [path, name] of asked) {
    const answer = await client.get(path);
    if (answer.status === 404) missing.push(name);
    else if (answer.status >= 300)
      throw new LogboomError(
        'KIBANA_REFUSED',
        `${client.url} does not say whether it has the ${name} (${reasonOf(answer)}); \`--no-rules\` leaves them out.`,
      );
  }
  return missing;
}

const dashboards = [traffic, errorDashboard, alertDashboard, serverDashboard];

/** Everything that is imported into Kibana, what others refer to first. */
export function savedObjects(patterns: Patterns = {}): SavedObject[] {
  const views = viewsOf(patterns);
  return [
    ...Object.values(views).map(dataViewObject),
    ...searchesOf(views).map(searchObject),
    ...dashboards.map((dashboard) => dashboardObject(dashboard(views))),
  ];
}
