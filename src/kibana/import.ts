import { setTimeout as sleep } from 'node:timers/promises';
import { LogboomError } from '../errors.ts';
import type { Millis } from '../model.ts';
import { isDefaultSpace } from '../util/kibana-space.ts';
import { type Answer, type KibanaClient, reasonOf } from './client.ts';
import type { Connector, KibanaRule } from './rules.ts';
import { ndjson, type SavedObject } from './saved-object.ts';

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

/** How long a Kibana that is still starting is waited for. */
interface Patience {
  within: Millis;
  pause: Millis;
  /** Called once, when the waiting begins. */
  onWait: (reason: string) => void;
}

/**
 * Kibana's version. Waits while Kibana starts: it answers 503 then. Throws `KIBANA_REFUSED` with the reason where the access is wrong, and
 * `KIBANA_UNAVAILABLE` where it has not started in time.
 */
export async function kibanaVersion(client: KibanaClient, patience: Patience): Promise<string> {
  const until = Date.now() + patience.within;
  for (let reported = false; ; reported = true) {
    const answer = await client.get('/api/status');
    if (answer.status !== 503) return versionIn(client, answer);
    if (!reported) patience.onWait(`${client.url} is starting (${reasonOf(answer)})`);
    if (Date.now() + patience.pause > until)
      throw new LogboomError('KIBANA_UNAVAILABLE', `${client.url} has not started: ${reasonOf(answer)}.`);
    await sleep(patience.pause);
  }
}

const loginRemedy = 'set `kibana.api_key`, or `kibana.user` and `kibana.password`';

function versionIn(client: KibanaClient, answer: Answer): string {
  const { version, status } = answer.body as { version?: { number?: string }; status?: unknown };
  if (answer.status === 401 || answer.status === 403)
    throw refused(`${client.url} refuses the login (${reasonOf(answer)}): ${loginRemedy}.`);
  if (version?.number !== undefined) return version.number;
  // `status.allowAnonymous` of Kibana: whoever is not logged in sees whether it is available, and no version.
  if (answer.status === 200 && status !== undefined)
    throw refused(`${client.url} shows its version only to who is logged in: ${loginRemedy}.`);
  throw refused(`${client.url} does not answer like Kibana (${reasonOf(answer)}).`);
}

/** Throws `KIBANA_REFUSED` where there is no such space: Kibana would answer 404 to everything in it. */
export async function requireSpace(client: KibanaClient): Promise<void> {
  if (isDefaultSpace(client.space)) return;
  const answer = await client.outside(`/api/spaces/space/${encodeURIComponent(client.space!)}`);
  if (answer.status === 401)
    throw refused(`${client.url} refuses the login (${reasonOf(answer)}): ${loginRemedy}.`);
  if (answer.status === 404)
    throw refused(
      `Kibana has no space \`${client.space}\`: create it (Stack Management → Spaces), or name another one with \`kibana.space\` or --space.`,
    );
}

const refused = (message: string) => new LogboomError('KIBANA_REFUSED', message);

/** Older versions refuse lens and dashboard objects of the present format. */
export const oldestVersion = '8.12';

export function isTooOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < 8 || (major === 8 && minor < 12);
}

/**
 * Imports one object after the other, those first that others refer to: of a file with one object that is there already, Kibana
 * imports nothing. It answers 200 even then, so the body is read.
 */
export async function importObjects(
  client: KibanaClient,
  objects: SavedObject[],
  overwrite: boolean,
  onProgress: (done: number, of: number) => void = () => {},
): Promise<Outcome> {
  const outcomes: Outcome[] = [];
  for (const object of objects) {
    outcomes.push(await importObject(client, object, overwrite));
    onProgress(outcomes.length, objects.length);
  }
  return together(outcomes);
}

async function importObject(client: KibanaClient, object: SavedObject, overwrite: boolean): Promise<Outcome> {
  const outcome: Outcome = { done: [], kept: [], failed: [] };
  const name = named(object);
  const answer = await client.upload(`/api/saved_objects/_import?overwrite=${overwrite}`, ndjson([object]));
  if (answer.status !== 200) return { ...outcome, failed: [`${name}: ${reasonOf(answer)}`] };
  const [error] = ((answer.body.errors ?? []) as ImportError[]).map((one) => one.error);
  if (error?.type === 'conflict') return { ...outcome, kept: [name] };
  if (answer.body.success === true) return { ...outcome, done: [name] };
  const reason = error
    ? `${error.type}${error.message ? `, ${error.message}` : ''}`
    : 'Kibana does not say why';
  return { ...outcome, failed: [`${name}: ${reason}`] };
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
