import type { Config } from '../../config/schema/schema.ts';
import { LogboomError } from '../../errors.ts';
import { KibanaClient } from '../../kibana/client.ts';
import { viewsOf } from '../../kibana/data-views.ts';
import {
  importObjects,
  isTooOld,
  kibanaVersion,
  type Outcome,
  oldestVersion,
  putConnector,
  putRule,
  requireSpace,
  together,
} from '../../kibana/import.ts';
import { savedObjects } from '../../kibana/objects.ts';
import { type Connector, connectorsOf, rulesOf } from '../../kibana/rules.ts';
import { ndjson } from '../../kibana/saved-object.ts';
import { printable } from '../../util/text.ts';
import { addressFrom } from '../arguments.ts';
import { fine, problem, reportFindings } from '../doctor/finding.ts';
import { indexFindings, objectFindings } from '../kibana-check/object-findings.ts';
import { privilegeFindings } from '../kibana-check/privilege-findings.ts';
import { connectorFindings, ruleFindings } from '../kibana-check/rule-findings.ts';
import { progressOn } from '../progress.ts';
import { columns, type Terminal } from '../terminal.ts';

export interface KibanaArguments {
  url?: string | undefined;
  space?: string | undefined;
  'api-key'?: string | undefined;
  events?: string | undefined;
  overwrite?: boolean | undefined;
  rules?: boolean | undefined;
  json?: boolean | undefined;
}

/** All objects for Kibana with this configuration. */
function wanted(config: Config, args: KibanaArguments) {
  const patterns = patternsOf(config, args);
  const space = args.space ?? config.kibana.space;
  const views = viewsOf(patterns, space);
  const connectors = connectorsOf(config.kibana, space);
  const rulesWith = (accepted: readonly Connector[]) => rulesOf(views, accepted, space);
  return { objects: savedObjects(patterns, space), views, connectors, rulesWith };
}

const patternsOf = ({ indexing }: Config, { events }: KibanaArguments) => ({
  events,
  alerts: indexing.alerts,
});

function clientFor({ kibana }: Config, { url, space, 'api-key': api_key }: KibanaArguments): KibanaClient {
  return new KibanaClient({
    ...kibana,
    ...(url && { url: addressFrom(url) }),
    ...(space && { space }),
    ...(api_key && { api_key }),
  });
}

/** `logboom kibana import | check | export`. */
export async function kibana(
  action: string,
  config: Config,
  args: KibanaArguments,
  terminal: Terminal,
): Promise<number> {
  if (action === 'import') return importKibana(config, args, terminal);
  if (action === 'check') return checkKibana(config, args, terminal);
  if (action === 'export') return exportKibana(config, args, terminal);
  throw new LogboomError('USAGE', `There is no \`kibana ${action}\`. Known actions: import, check, export.`);
}

/** `logboom kibana export`: prints the file for _Stack Management → Saved Objects → Import_. */
function exportKibana(config: Config, args: KibanaArguments, terminal: Terminal): number {
  terminal.out(ndjson(wanted(config, args).objects).trimEnd());
  return 0;
}

/** `logboom kibana import`: 0 if everything exists afterwards, 1 if Kibana refused something. */
async function importKibana(config: Config, args: KibanaArguments, terminal: Terminal): Promise<number> {
  const client = clientFor(config, args);
  const overwrite = args.overwrite ?? false;
  try {
    await begin(client, terminal);
    const all = wanted(config, args).objects;
    const progress = progressOn(terminal, (done) => `${done} of ${all.length} objects`);
    const objects = await importObjects(client, all, overwrite, (done, of) => progress(done / of, done));
    progress.end();
    const rules = (args.rules ?? true) ? await importRules(client, config, args) : [];
    return report(together([objects, ...rules]), client.url, terminal);
  } finally {
    await client.close();
  }
}

/** Imports connectors and rules. Kibana refuses a rule with an unknown connector, so rules use only those that it accepted. */
async function importRules(client: KibanaClient, config: Config, args: KibanaArguments): Promise<Outcome[]> {
  const overwrite = args.overwrite ?? false;
  const outcomes: Outcome[] = [];
  const accepted: Connector[] = [];
  const { connectors, rulesWith } = wanted(config, args);
  for (const connector of connectors) {
    const outcome = await putConnector(client, connector, overwrite);
    if (outcome.failed.length === 0) accepted.push(connector);
    outcomes.push(outcome);
  }
  for (const rule of rulesWith(accepted)) outcomes.push(await putRule(client, rule, overwrite));
  return outcomes;
}

/** How long a Kibana that starts is waited for: it takes a minute or two. */
const patience = { within: 180_000, pause: 2_000 };

async function begin(client: KibanaClient, terminal: Terminal): Promise<string> {
  const onWait = (reason: string) => terminal.err(`${printable(reason)}; waiting for it.`);
  const version = await kibanaVersion(client, { ...patience, onWait });
  await requireSpace(client);
  if (isTooOld(version))
    terminal.err(
      `Kibana ${version} is older than ${oldestVersion}: it refuses the dashboards, and accepts data views and searches.`,
    );
  return version;
}

function report({ done, kept, failed }: Outcome, url: string, terminal: Terminal): number {
  const rows = [
    ...done.map((name) => ['imported', name]),
    ...kept.map((name) => ['kept', `${name} (exists; --overwrite replaces it)`]),
    ...failed.map((name) => ['failed', name]),
  ];
  terminal.out(
    columns(
      rows.map((row) => row.map(printable)),
      '',
    ),
  );
  const summary = `${done.length} imported, ${kept.length} kept, ${failed.length} failed`;
  if (failed.length > 0) terminal.err(`${summary}. Failed objects are not in Kibana.`);
  else terminal.out(`${summary}. See ${url}/app/dashboards`);
  return failed.length === 0 ? 0 : 1;
}

/** `logboom kibana check`: prints what it finds, what to do first at the top; 0 if there is no problem. */
async function checkKibana(config: Config, args: KibanaArguments, terminal: Terminal): Promise<number> {
  const client = clientFor(config, args);
  const { objects, views, connectors, rulesWith } = wanted(config, args);
  const withRules = args.rules ?? true;
  try {
    const version = await begin(client, terminal);
    const found = [
      versionFinding(version),
      ...(await privilegeFindings(client, withRules)),
      ...(await objectFindings(client, objects)),
      ...(await indexFindings(client, Object.values(views))),
      ...(withRules ? await connectorFindings(client, connectors) : []),
      ...(withRules ? await ruleFindings(client, rulesWith(connectors)) : []),
    ];
    return reportFindings(found, { ...args, allWell: `See ${client.url}/app/dashboards` }, terminal);
  } finally {
    await client.close();
  }
}

const versionFinding = (version: string) =>
  isTooOld(version)
    ? problem('version', `Kibana ${version} refuses the dashboards: they need ${oldestVersion} or newer`)
    : fine('version', `Kibana ${version}`);
