import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificates, type RealElasticsearch, startElasticsearch } from './support/peers.ts';
import { type Shipment, ship } from './support/shipment.ts';
import { itArrivedWhole } from './support/shipment-checks.ts';

const certificates = await makeCertificates();
afterAll(() => rm(certificates.folder, { recursive: true }));

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

const most = [
  ['compression 0, plain', { namespace: 'plain_0', compression_level: 0, encrypted: false }],
  ['compression 3, mutual TLS', { namespace: 'tls_3', compression_level: 3, encrypted: true }],
] as const;
const others = [
  ['compression 3, plain', { namespace: 'plain_3', compression_level: 3, encrypted: false }],
  ['compression 0, mutual TLS', { namespace: 'tls_0', compression_level: 0, encrypted: true }],
] as const;

describe.each([
  ['9', [...most, ...others]],
  ['8', most],
] as const)('from a real Filebeat into a real Elasticsearch %s', (major, ways) => {
  let elasticsearch: RealElasticsearch;
  const shipments = new Map<string, Promise<Shipment>>();

  // All at once, for the last windows of each are waited for in silence.
  beforeAll(async () => {
    elasticsearch = await startElasticsearch(major);
    for (const [how, way] of ways) shipments.set(how, shipped(elasticsearch, way));
    await Promise.allSettled(shipments.values());
  });
  afterAll(() => elasticsearch?.stop());

  describe.each(ways)('%s', (how) => {
    let shipment: Shipment;
    beforeAll(async () => {
      shipment = await shipments.get(how)!;
    });
    itArrivedWhole(() => shipment);
  });

  it('keeps events in data streams of their own', async () => {
    const { body } = await elasticsearch.request('GET', '/_resolve/index/logs-apache.access-*');
    expect(body.data_streams).toHaveLength(ways.length);
  });
});

interface Way {
  namespace: string;
  compression_level: number;
  encrypted: boolean;
}

function shipped({ url, request }: RealElasticsearch, { namespace, compression_level, encrypted }: Way) {
  return ship({
    namespace,
    // Ten windows and more: several are on the way at any time.
    logstash: { compression_level, pipelining: 2, bulk_max_size: 700, ...(encrypted && { ssl: tls.output }) },
    config: { elasticsearch: { hosts: [url] }, ...(encrypted && { lumberjack: tls.input }) },
    requestTo: () => request,
  });
}
