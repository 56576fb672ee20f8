import { parseHost } from '../../config/schema/forward.ts';
import type { Config } from '../../config/schema/schema.ts';
import { KibanaClient } from '../../kibana/client.ts';
import { createNotifier } from '../../notifiers/notifiers.ts';
import { createClient } from '../../sinks/elasticsearch/client/client.ts';
import {
  deletingRights,
  missingRights,
  together,
  writingRights,
} from '../../sinks/elasticsearch/setup/rights.ts';
import { askServer, capabilitiesOf } from '../../sinks/elasticsearch/setup/server.ts';
import { createLog } from '../../telemetry/log.ts';
import { clockFindings, reachFindings } from './connection.ts';
import { type Finding, fine, problem, tried } from './finding.ts';

/** Elasticsearch: whether it answers, takes the credentials and grants what logboom needs, and its clock. */
export async function elasticsearchFindings({ elasticsearch, indexing }: Config): Promise<Finding[]> {
  if (!elasticsearch) return [];
  const what = 'elasticsearch';
  const client = createClient(elasticsearch);
  try {
    return await tried(what, async (signal) => {
      const server = await askServer(client, signal);
      const capabilities = await capabilitiesOf(client, server, signal);
      const needed = together(writingRights(indexing, capabilities), deletingRights(indexing, capabilities));
      const missing = (await missingRights(client, needed, signal)) ?? [];
      const { headers } = await client.transport.request(
        { method: 'GET', path: '/_cluster/health', querystring: { local: true } },
        { meta: true, signal, ignore: [403, 404, 408] },
      );
      const clock = clockFindings(what, headers?.date, Date.now());
      if (missing.length > 0) {
        const remedy = '`logboom setup --dry-run` prints the role that it needs';
        return [...clock, problem(what, `its user lacks ${missing.join('; ')}: ${remedy}`)];
      }
      const name = server === undefined ? 'it answers' : `${server.product} ${server.version} answers`;
      return [...clock, fine(what, `${name} and takes documents`)];
    });
  } finally {
    await client.close();
  }
}

/** Kibana: whether it answers, takes the credentials, and has the space. */
export async function kibanaFindings({ kibana }: Config): Promise<Finding[]> {
  if (kibana.url === undefined) return [];
  const what = 'kibana';
  const client = new KibanaClient(kibana);
  try {
    return await tried(what, async () => {
      const { status, body } = await client.get('/api/status');
      if (status === 401)
        return [
          problem(
            what,
            'it refuses the login: correct `kibana.user` and `kibana.password`, or `kibana.api_key`',
          ),
        ];
      if (status === 404 && kibana.space !== undefined)
        return [problem(what, `it has no space ${kibana.space}: create it, or correct \`kibana.space\``)];
      if (status === 503) return [problem(what, 'it is not ready yet: try again in a minute')];
      if (status !== 200)
        return [problem(what, `it answered ${status}: is \`kibana.url\` the address of Kibana?`)];
      const version = (body.version as { number?: string } | undefined)?.number;
      return [fine(what, `Kibana${version === undefined ? '' : ` ${version}`} answers`)];
    });
  } finally {
    await client.close();
  }
}

const defaultTrust = { ssl_certificate_authorities: [], ssl_verification_mode: 'full' } as const;

/** Each notifier: whether its peer would take a message, without sending one. */
export async function notifierFindings(config: Config): Promise<Finding[]> {
  const log = createLog({ ...config.log, level: 'error' });
  const found = await Promise.all(
    Object.entries(config.notifiers).map(async ([name, settings]) => {
      const what = `notifiers.${name}`;
      return tried(what, async (signal) => {
        const notifier = createNotifier(name, settings, { log, people: config.people });
        try {
          if (notifier.verify) return [fine(what, await notifier.verify(signal))];
        } finally {
          await notifier.close?.();
        }
        const address = 'url' in settings ? settings.url : 'api' in settings ? settings.api : undefined;
        if (address === undefined)
          return [fine(what, `\`${settings.kind}\` has no peer; \`logboom notify test ${name}\` tries it`)];
        const trust = 'ssl_verification_mode' in settings ? settings : defaultTrust;
        return reachFindings(what, address, trust, signal);
      });
    }),
  );
  return found.flat();
}

/** Other logboom, Logstash or Kafka servers that are connected to. */
export async function inputFindings({ inputs }: Config): Promise<Finding[]> {
  const found = await Promise.all(
    inputs.network
      .filter(({ enabled }) => enabled)
      .map(async (input): Promise<Finding[]> => {
        const what = `inputs.${input.name}`;
        if (input.kind === 'kafka')
          return tried(what, async () => {
            const { topicsOf } = await import('../../inputs/kafka/session.ts');
            const { topics, missing } = await topicsOf(input);
            if (missing.length > 0)
              return [problem(what, `the brokers have no topic ${missing.join(', ')}: correct \`topics\``)];
            return [fine(what, `${input.brokers.join(', ')} answer, and have ${topics.join(', ')}`)];
          });
        if (input.kind !== 'tcp' || input.connect.length === 0) return [];
        const each = await Promise.all(
          input.connect.map((target) =>
            tried(what, (signal) => reachFindings(what, `http://${target}`, defaultTrust, signal)),
          ),
        );
        return each.flat();
      }),
  );
  return found.flat();
}

/** The peers of `forward`, reached without a frame. */
export async function forwardFindings({ forward }: Config): Promise<Finding[]> {
  const found = await Promise.all(
    (forward?.hosts ?? []).map((text) => {
      const { host, port } = parseHost(text)!;
      const address = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
      return tried('forward', (signal) => reachFindings('forward', address, defaultTrust, signal));
    }),
  );
  return found.flat();
}
