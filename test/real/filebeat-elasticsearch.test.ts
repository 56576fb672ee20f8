import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificates, type RealElasticsearch, startElasticsearch } from './support/peers.ts';
import { itArrivedWhole } from './support/shipment/checks.ts';
import { type Shipment, ship } from './support/shipment/shipment.ts';

const certificates = await makeCertificates();
const { authority, certificate, key } = certificates;
const tls = {
  input: {
    ssl_enabled: true,
    ssl_certificate: certificate,
    ssl_key: key,
    ssl_certificate_authorities: [authority],
    ssl_client_authentication: 'required',
  },
  output: { certificate_authorities: [authority], certificate, key },
};

const ways = {
  'compression 0, plain': { namespace: 'plain_0', level: 0, encrypted: false },
  'compression 3, mutual TLS': { namespace: 'tls_3', level: 3, encrypted: true },
  'compression 3, plain': { namespace: 'plain_3', level: 3, encrypted: false },
  'compression 0, mutual TLS': { namespace: 'tls_0', level: 0, encrypted: true },
};
type Way = keyof typeof ways;
const all = Object.keys(ways) as Way[];

const servers = new Map<string, RealElasticsearch>();
const shipments = new Map<string, Promise<Shipment>>();
const cases = [
  ['9', all],
  ['8', all.slice(0, 2)],
] as const;

// All at once, for each waits in silence for the last alert to end.
beforeAll(async () => {
  for (const [major, some] of cases) {
    const elasticsearch = await startElasticsearch(major);
    servers.set(major, elasticsearch);
    for (const way of some) shipments.set(`${major} ${way}`, shipped(elasticsearch, way));
  }
  await Promise.allSettled(shipments.values());
});
afterAll(async () => {
  for (const elasticsearch of servers.values()) await elasticsearch.stop();
  await rm(certificates.folder, { recursive: true });
});

describe.each(cases)('from a real Filebeat into a real Elasticsearch %s', (major, some) => {
  describe.each(some)('%s: the access log', (way) => {
    let shipment: Shipment;
    beforeAll(async () => {
      shipment = await shipments.get(`${major} ${way}`)!;
    });
    itArrivedWhole(() => shipment);
  });

  it('keeps each namespace in a data stream of its own', async () => {
    const { body } = await servers.get(major)!.request('GET', '/_resolve/index/logs-apache.access-*');
    expect(body.data_streams).toHaveLength(some.length);
  });
});

function shipped({ url, request }: RealElasticsearch, way: Way): Promise<Shipment> {
  const { namespace, level, encrypted } = ways[way];
  return ship({
    namespace,
    // Fifteen windows: several are on the way at any time.
    logstash: {
      compression_level: level,
      pipelining: 2,
      bulk_max_size: 700,
      ...(encrypted && { ssl: tls.output }),
    },
    config: { elasticsearch: { hosts: [url] }, ...(encrypted && { lumberjack: tls.input }) },
    requestTo: () => request,
  });
}
