import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestSink, testSink } from '../sinks/support/sink.ts';
import {
  type Certificates,
  makeCertificates,
  type RealElasticsearch,
  startElasticsearch,
} from './support/peers.ts';

const password = 'only over TLS';
const document = '{"@timestamp":"2026-11-21T00:00:00Z"}';
const event = (id: string, more = document) => ({
  action: 'create' as const,
  index: 'logs-tls-default',
  id,
  document: more,
});

let certificates: Certificates;
let others: Certificates;
let server: RealElasticsearch;
const open: TestSink[] = [];

function sinkWith(config: object): TestSink {
  const made = testSink({
    hosts: [server.url],
    config: { user: 'elastic', password, timeout: '10s', ...config },
    index: { retryInitial: '50ms', retryMax: '200ms', installTemplates: true },
    realTime: true,
  });
  open.push(made);
  return made;
}

beforeAll(async () => {
  certificates = await makeCertificates();
  others = await makeCertificates();
  const settings = { 'http.max_content_length': '1mb' };
  server = await startElasticsearch('8', { password, tls: certificates, settings });
});
afterAll(async () => {
  await Promise.all(open.map(({ sink }) => sink.close()));
  await server?.stop();
  for (const made of [certificates, others]) if (made) await rm(made.folder, { recursive: true });
});

describe('over TLS the sink delivers', () => {
  it.each<[string, () => object]>([
    [
      'to a server whose authority is in a file',
      () => ({ ssl_certificate_authorities: [certificates.authority] }),
    ],
    [
      'to a server whose authority has the fingerprint',
      () => ({ ca_trusted_fingerprint: certificates.fingerprint }),
    ],
    ['to any server where nothing is checked', () => ({ ssl_verification_mode: 'none' })],
  ])('%s', async (how, config) => {
    expect(await sinkWith(config()).sink.deliver([event(how)])).toMatchObject({ indexed: 1 });
  });
});

describe('over TLS the sink tells nothing', () => {
  it.each<[string, () => object, RegExp]>([
    ['to a server of an authority that it does not know', () => ({}), /not reachable: .*certificate/],
    [
      'to a server of another authority than in the file',
      () => ({ ssl_certificate_authorities: [others.authority] }),
      /not reachable: .*(certificate|signature)/,
    ],
    [
      'to a server of another authority than has the fingerprint',
      () => ({ ca_trusted_fingerprint: others.fingerprint }),
      /not reachable: .*fingerprint/,
    ],
  ])('%s', async (_, config, reason) => {
    const { sink } = sinkWith(config());
    sink.deliver([event('secret')]).catch(() => undefined);
    await expect.poll(() => sink.status().reason).toMatch(reason);
    const { body } = await server.request('GET', '/logs-tls-default/_count?q=_id:secret');
    expect(body.count).toBe(0);
  });
});

describe('a server that takes one megabyte at the most', () => {
  it('gets a large delivery in parts, and the document that is larger is a dead letter', async () => {
    const { sink, letters } = sinkWith({ ssl_certificate_authorities: [certificates.authority] });
    const padded = (bytes: number) =>
      JSON.stringify({ '@timestamp': '2026-11-21T00:00:00Z', message: 'x'.repeat(bytes) });
    const many = Array.from({ length: 40 }, (_, i) => event(`part-${i}`, padded(100_000)));
    const report = await sink.deliver([...many, event('huge', padded(1_500_000)), event('last')]);
    expect(report).toEqual({ indexed: 41, duplicates: 0, deadLettered: 1 });
    expect(letters).toMatchObject([{ id: 'huge', reason: 'larger than the server takes (413)' }]);
  });
});
