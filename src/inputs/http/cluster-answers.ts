import { license, xpackWith } from '@logboom/common';
import type { FastifyInstance } from 'fastify';

/**
 * What senders ask an Elasticsearch before they send, and what they set up in it. Templates, policies and pipelines are the
 * business of the Elasticsearch behind logboom: a request to store one is answered as done, and nothing is stored.
 */
export function clusterAnswers(app: FastifyInstance, version: string): void {
  const get = (paths: string[], answer: (asked: Asked) => unknown) => {
    for (const url of paths) app.get(url, async (request) => answer(request));
  };
  get(['/'], () => identity(version));
  get(['/_license'], () => ({ license }));
  get(['/_xpack'], () => xpack);
  get(['/_cluster/health', '/_cluster/health/:index'], () => health);
  get(['/_nodes', '/_nodes/:node', '/_nodes/:node/:metric'], ({ headers: { host } }) =>
    nodes(version, host ?? ''),
  );
  for (const [url, answer] of Object.entries(storedThings)) {
    app.get(url, async (request) => answer((request.params as { name?: string }).name ?? ''));
    for (const method of ['PUT', 'POST'] as const)
      app.route({ method, url, handler: async () => ({ acknowledged: true }) });
  }
  // An index, data stream or alias: it is there, so no sender has to create it.
  app.get('/:index', async (request) => alias((request.params as { index: string }).index));
  app.put('/:index', async (request) => {
    const { index } = request.params as { index: string };
    return { acknowledged: true, shards_acknowledged: true, index };
  });
}

interface Asked {
  headers: { host?: string | undefined };
}

const alias = (name: string) => ({ [`${name}-000001`]: { aliases: { [name]: { is_write_index: true } } } });
const template = (name: string) => ({ index_patterns: [name] });

/** What senders look for by its name: it is there, whatever it is called. */
const storedThings: Record<string, (name: string) => object> = {
  '/_template/:name': (name) => ({ [name]: template(name) }),
  '/_index_template/:name': (name) => ({ index_templates: [{ name, index_template: template(name) }] }),
  '/_component_template/:name': (name) => ({
    component_templates: [{ name, component_template: { template: {} } }],
  }),
  '/_ilm/policy/:name': (name) => ({ [name]: { version: 1, policy: { phases: {} } } }),
  '/_ingest/pipeline/:name': (name) => ({ [name]: { processors: [] } }),
  '/_data_stream/:name': (name) => ({ data_streams: [{ name }] }),
  '/_alias/:name': alias,
  '/:index/_alias/:name': alias,
  '/_cluster/settings': () => ({ persistent: {}, transient: {} }),
};

const identity = (version: string) => ({
  name: 'logboom',
  cluster_name: 'logboom',
  cluster_uuid: 'bG9nYm9vbS1odHRwLWlucA',
  version: {
    number: version,
    build_flavor: 'default',
    build_type: 'tar',
    build_hash: 'unknown',
    build_date: '2025-01-01T00:00:00.000000000Z',
    build_snapshot: false,
    lucene_version: '10.2.2',
    minimum_wire_compatibility_version: '8.19.0',
    minimum_index_compatibility_version: '8.0.0',
  },
  tagline: 'You Know, for Search',
});

const xpack = xpackWith({
  data_streams: { available: true, enabled: true },
  ilm: { available: true, enabled: true },
  security: { available: true, enabled: false },
});

const health = {
  cluster_name: 'logboom',
  status: 'green',
  timed_out: false,
  number_of_nodes: 1,
  number_of_data_nodes: 1,
};

/** Processors that Filebeat asks for before it loads pipelines. */
const processors = ['geoip', 'user_agent'].map((type) => ({ type }));

const nodes = (version: string, address: string) => ({
  _nodes: { total: 1, successful: 1, failed: 0 },
  cluster_name: 'logboom',
  nodes: {
    logboom: {
      name: 'logboom',
      version,
      roles: ['data', 'ingest', 'master'],
      http: { publish_address: address },
      ingest: { processors },
    },
  },
});
