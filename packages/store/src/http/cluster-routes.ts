import { license, xpackWith } from '@logboom/common';
import type { Engine } from '../engine.ts';
import { resolve } from '../names.ts';
import type { Route } from './routing.ts';

/** The version of Elasticsearch whose answers the store gives. Clients choose their behaviour by it. */
const version = '8.19.0';

/**
 * The answer to `GET /`. Elasticsearch's clients check its tagline, and logboom recognises its own
 * store by the names.
 */
function identity(engine: Engine) {
  return {
    name: 'logboom',
    cluster_name: 'logboom',
    cluster_uuid: engine.clusterUuid(),
    version: {
      number: version,
      build_flavor: 'default',
      build_type: 'tar',
      build_hash: 'unknown',
      build_date: '2025-01-01T00:00:00.000000000Z',
      build_snapshot: false,
      lucene_version: '9.12.2',
      minimum_wire_compatibility_version: '7.17.0',
      minimum_index_compatibility_version: '7.0.0',
    },
    tagline: 'You Know, for Search',
  };
}

/** One node that holds all shards. There are no replicas, so the status is always green. */
function health(shards: number) {
  return {
    cluster_name: 'logboom',
    status: 'green',
    timed_out: false,
    number_of_nodes: 1,
    number_of_data_nodes: 1,
    active_primary_shards: shards,
    active_shards: shards,
    relocating_shards: 0,
    initializing_shards: 0,
    unassigned_shards: 0,
    unassigned_primary_shards: 0,
    delayed_unassigned_shards: 0,
    number_of_pending_tasks: 0,
    number_of_in_flight_fetch: 0,
    task_max_waiting_in_queue_millis: 0,
    active_shards_percent_as_number: 100,
  };
}

/** Features, none of which the store has beyond data streams. */
const xpack = xpackWith({
  data_streams: { available: true, enabled: true },
  ilm: { available: false, enabled: false },
  security: { available: false, enabled: false },
});

/** The one node. */
const node = {
  name: 'logboom',
  transport_address: '127.0.0.1:9300',
  host: '127.0.0.1',
  ip: '127.0.0.1',
  version,
  build_flavor: 'default',
  build_type: 'tar',
  build_hash: 'unknown',
  roles: ['data', 'ingest', 'master'],
  attributes: {},
};

/** Requests about the cluster, which consists of this process. */
export function clusterRoutes(route: Route, engine: Engine): void {
  route('GET HEAD', '/', '', () => ({ body: identity(engine) }));
  const healthParameters =
    'level local master_timeout timeout wait_for_status wait_for_nodes wait_for_active_shards wait_for_no_relocating_shards wait_for_no_initializing_shards wait_for_events expand_wildcards';
  route('GET HEAD', ['/_cluster/health', '/_cluster/health/:index'], healthParameters, ({ path }) => ({
    body: health(
      resolve(engine.catalog, path.index, { ignoreUnavailable: false, allowNoIndices: true, hidden: true })
        .length,
    ),
  }));
  route('GET', '/_license', 'accept_enterprise local', () => ({ body: { license } }));
  route('GET', '/_xpack', 'categories accept_enterprise', () => ({ body: xpack }));
  const nodes = {
    _nodes: { total: 1, successful: 1, failed: 0 },
    cluster_name: 'logboom',
    nodes: { logboom: node },
  };
  route('GET', ['/_nodes', '/_nodes/:node', '/_nodes/:node/:metric'], 'flat_settings timeout', () => ({
    body: nodes,
  }));
}
