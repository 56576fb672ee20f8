import { errors } from '@elastic/elasticsearch';
import { elasticsearch as elasticsearchSchema } from '../../config/schema/outputs.ts';
import type { Config } from '../../config/schema/schema.ts';
import { LogboomError } from '../../errors.ts';
import { createClient, type ElasticsearchClient } from '../../sinks/elasticsearch/client/client.ts';
import { judgeFailure } from '../../sinks/elasticsearch/delivery/bulk-response.ts';
import { type SetupOutcome, setUp } from '../../sinks/elasticsearch/setup/setup.ts';
import type { Piece } from '../../sinks/elasticsearch/setup/templates/pieces.ts';
import { printable } from '../../util/text.ts';
import { addressFrom } from '../arguments.ts';
import { columns, type Terminal } from '../terminal.ts';

export interface SetupArguments {
  url?: string | undefined;
  'dry-run'?: boolean | undefined;
  overwrite?: boolean | undefined;
}

/** `logboom setup`: 0 if everything is installed afterwards, 1 if something or a privilege is missing. */
export async function setup(config: Config, args: SetupArguments, terminal: Terminal): Promise<number> {
  const client = clientFor(config, args);
  const dryRun = args['dry-run'] ? (piece: Piece) => terminal.out(requestOf(piece)) : undefined;
  try {
    const outcome = await setUp(client, config.indexing, {
      dryRun,
      overwrite: args.overwrite,
      streams: true,
    });
    if (dryRun) terminal.out(requestsBeside(config, outcome));
    else report(outcome, terminal);
    return reportMissing(outcome, terminal);
  } catch (thrown) {
    throw unavailable(thrown);
  } finally {
    await client.close();
  }
}

function clientFor({ elasticsearch }: Config, { url }: SetupArguments): ElasticsearchClient {
  if (url === undefined && elasticsearch === undefined)
    throw new LogboomError(
      'USAGE',
      'No Elasticsearch is configured, and the embedded store needs no setup. Set an address with --url.',
    );
  if (url !== undefined && !/^https?:\/\/./.test(url))
    throw new LogboomError('USAGE', `--url takes an address such as https://es-1:9200, but got "${url}".`);
  const { cloud_id: _, ...configured } = elasticsearch ?? elasticsearchSchema.parse({});
  return createClient(url === undefined ? elasticsearch! : { ...configured, hosts: [addressFrom(url)] });
}

/** A request for the console of Kibana. */
function requestOf({ path, body }: Pick<Piece, 'path' | 'body'>): string {
  return `PUT ${path}\n${JSON.stringify(body, null, 2)}\n`;
}

/** The last request and the role of a writer, for a manual installation. */
function requestsBeside({ indexing }: Config, { rights }: SetupOutcome): string {
  const index = `PUT /${encodeURIComponent(indexing.alerts)}\n`;
  return `# unless it exists\n${index}\n# the privileges that logboom needs, as a role\n${requestOf({ path: '/_security/role/logboom', body: rights })}`;
}

function report({ installed, kept, server }: SetupOutcome, terminal: Terminal): void {
  const rows = [...installed.map((name) => ['installed', name]), ...kept.map((name) => ['kept', name])];
  terminal.out(
    columns(
      rows.map((row) => row.map(printable)),
      '',
    ),
  );
  const who = server ? `${server.product} ${server.version}` : 'a server of unknown product';
  terminal.out(`${installed.length} installed, ${kept.length} kept in ${printable(who)}.`);
}

function reportMissing({ missing, missingRights, remarks }: SetupOutcome, terminal: Terminal): number {
  for (const remark of remarks) terminal.out(`note     ${printable(remark)}`);
  for (const what of missing) terminal.err(`missing  ${printable(what)}`);
  for (const right of missingRights ?? []) terminal.err(`right    ${printable(right)}`);
  return missing.length + (missingRights?.length ?? 0) === 0 ? 0 : 1;
}

function unavailable(thrown: unknown): unknown {
  if (!(thrown instanceof errors.ElasticsearchClientError) && !(thrown instanceof Error)) return thrown;
  if (thrown instanceof LogboomError) return thrown;
  const { reason } = judgeFailure(thrown);
  return new LogboomError('SINK_UNAVAILABLE', `Elasticsearch was not set up: ${reason}`, { cause: thrown });
}
