import { request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LogboomError } from '../../../src/errors.ts';
import { eventually } from '../../support/eventually.ts';
import { anHttpInput, instruments } from './support.ts';

const metric = async (name: string) => {
  const line = (await instruments.metrics.metrics()).split('\n').find((one) => one.startsWith(`${name} `));
  return Number(line?.split(' ').at(-1) ?? 0);
};

describe('an HTTP input', () => {
  let open: Awaited<ReturnType<typeof anHttpInput>>;
  beforeAll(async () => {
    open = await anHttpInput('maxBody: 1kb, dataset: shop');
  });
  beforeEach(() => {
    open.store.batches.length = 0;
    open.store.full = false;
    open.store.failure = undefined;
  });
  afterAll(() => open.input.stop(1_000));
  const post = (path: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
    fetch(`${open.url}${path}`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
    });

  it('answers when the events are stored, and not before', async () => {
    let store = () => {};
    open.store.wait = new Promise((resolve) => {
      store = resolve;
    });
    let answered = false;
    const answer = post('/events', '{"@timestamp":"2026-11-29T10:00:00Z","message":"one"}\ntwo').then(
      (one) => {
        answered = true;
        return one;
      },
    );
    await eventually(() => expect(open.input.stats().bytesInFlight).toBeGreaterThan(0));
    expect(answered).toBe(false);
    store();
    expect(await (await answer).json()).toEqual({ accepted: 2 });
    expect(open.store.events.map(({ message }) => message)).toEqual(['one', 'two']);
    expect(open.store.batches[0]!.origin).toMatchObject({
      input: 'web',
      address: '127.0.0.1',
      acknowledged: true,
    });
    expect(open.input.stats()).toMatchObject({ events: 2, lastEvent: expect.any(Number) });
    expect(open.input.stats()).not.toHaveProperty('bytesInFlight');
  });

  it('takes bulk requests, compressed, and answers for each document', async () => {
    const body =
      '{"create":{"_index":"logs-a-b"}}\n{"@timestamp":"2026-11-29T10:00:00Z"}\n{"index":{"_index":"x"}}\nno JSON\n{"update":{"_index":"x","_id":"1"}}\n{"doc":{}}\n';
    const before = await metric('logboom_input_refused_documents_total{input="web",kind="http"}');
    const answer = await post('/_bulk', gzipSync(body), {
      'content-encoding': 'gzip',
      'content-type': 'application/vnd.elasticsearch+x-ndjson;compatible-with=8',
      accept: 'application/vnd.elasticsearch+json;compatible-with=8',
    });
    expect(answer.headers.get('x-elastic-product')).toBe('Elasticsearch');
    expect(answer.headers.get('content-type')).toBe('application/vnd.elasticsearch+json;compatible-with=8');
    expect(await answer.json()).toMatchObject({
      errors: true,
      items: [
        { create: { status: 201 } },
        {
          index: {
            status: 400,
            error: {
              type: 'document_parsing_exception',
              reason: expect.stringContaining('is not valid JSON'),
            },
          },
        },
        { update: { status: 400, error: { type: 'illegal_argument_exception' } } },
      ],
    });
    expect(open.store.events).toHaveLength(1);
    expect(open.store.events[0]).toMatchObject({ data_stream: { dataset: 'a' }, event: { dataset: 'shop' } });
    expect(await metric('logboom_input_refused_documents_total{input="web",kind="http"}')).toBe(before + 2);
    expect(open.input.stats().refused).toBeGreaterThanOrEqual(2);
  });

  it('stores a large request in parts of one window', async () => {
    const large = await anHttpInput('');
    const line = '{"index":{"_index":"x"}}\n{"@timestamp":"2026-11-29T10:00:00Z"}\n';
    const answer = await fetch(`${large.url}/_bulk`, { method: 'POST', body: line.repeat(10_000) });
    expect(((await answer.json()) as { items: unknown[] }).items).toHaveLength(10_000);
    expect(large.store.batches.map(({ origin, count }) => [origin.continued ?? false, count])).toEqual([
      [true, 4096],
      [true, 4096],
      [false, 1808],
    ]);
    await large.input.stop(1_000);
  });

  it.each([
    ['a body that is too large', '/events', 'x'.repeat(2000), {}, 413, 'content_too_long_exception'],
    [
      'an unknown content type',
      '/_bulk',
      '{}',
      { 'content-type': 'application/xml' },
      406,
      'media_type_header_exception',
    ],
    ['an unknown encoding', '/_bulk', '{}', { 'content-encoding': 'br' }, 415, 'illegal_argument_exception'],
    ['a broken bulk body', '/_bulk', 'no action\n', {}, 400, 'illegal_argument_exception'],
  ])('refuses %s in the form of Elasticsearch', async (_, path, body, headers, status, type) => {
    const answer = await post(path, body, headers);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({
      status,
      error: { type, reason: expect.any(String), root_cause: [{ type }] },
    });
    expect(
      await metric(`logboom_input_requests_total{input="web",kind="http",status="${status}"}`),
    ).toBeGreaterThan(0);
  });

  it('asks senders to come again while the journal is full, and keeps their connection', async () => {
    open.store.full = true;
    const answer = await post('/_bulk', '{"index":{"_index":"x"}}\n{}\n');
    expect(answer.status).toBe(429);
    expect(answer.headers.get('retry-after')).toBe('5');
    expect(answer.headers.get('connection')).not.toBe('close');
    expect(await answer.json()).toMatchObject({ error: { type: 'es_rejected_execution_exception' } });
    expect(open.store.batches).toEqual([]);
  });

  it('answers 503 where the disk refuses the events, and closes the connection as not clean', async () => {
    open.store.failure = new LogboomError('JOURNAL_BROKEN', 'the disk is full');
    open.store.closed.length = 0;
    const answer = await post('/events', 'one');
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('10');
    await answer.text();
    await eventually(() => expect(open.store.closed).toContain(false));
  });

  it('takes a connection for clean only where all its answers were sent', async () => {
    open.store.closed.length = 0;
    const { port } = new URL(open.url);
    await new Promise<void>((resolve) => {
      const asked = request({ port, path: '/events', method: 'POST', agent: false }, (answer) =>
        answer.resume().on('end', resolve),
      );
      asked.end('one');
    });
    await eventually(() => expect(open.store.closed).toEqual([true]));
    let release = () => {};
    open.store.wait = new Promise((resolve) => {
      release = resolve;
    });
    const asked = request({ port, path: '/events', method: 'POST', agent: false });
    asked.on('error', () => {});
    asked.end('two');
    await eventually(() => expect(open.input.stats().bytesInFlight).toBe(3));
    asked.destroy();
    await eventually(() => expect(open.store.closed).toEqual([true, false]));
    release();
    await eventually(() => expect(open.store.events.map(({ message }) => message)).toEqual(['one', 'two']));
  });

  it.each([
    ['GET', '/', { version: { number: '9.5.0' }, tagline: 'You Know, for Search' }],
    ['GET', '/_license', { license: { status: 'active', type: 'basic' } }],
    ['GET', '/_xpack?categories=features', { features: { ilm: { available: true } } }],
    [
      'GET',
      '/_nodes/ingest',
      { nodes: { logboom: { ingest: { processors: [{ type: 'geoip' }, { type: 'user_agent' }] } } } },
    ],
    ['GET', '/_cluster/health', { status: 'green' }],
    ['GET', '/_ilm/policy/logstash-policy', { 'logstash-policy': { policy: { phases: {} } } }],
    ['GET', '/_alias/filebeat', { 'filebeat-000001': { aliases: { filebeat: { is_write_index: true } } } }],
    ['GET', '/_index_template/logs', { index_templates: [{ name: 'logs' }] }],
    ['PUT', '/_index_template/ecs-logstash', { acknowledged: true }],
    ['PUT', '/_template/ecs-logstash', { acknowledged: true }],
    ['PUT', '/_ilm/policy/filebeat', { acknowledged: true }],
    ['PUT', '/_ingest/pipeline/filebeat-7.17.29-nginx-access-pipeline', { acknowledged: true }],
    [
      'PUT',
      '/%3Clogstash-%7Bnow%2Fd%7D-000001%3E',
      { acknowledged: true, index: '<logstash-{now/d}-000001>' },
    ],
  ])('answers %s %s as Elasticsearch does', async (method, path, found) => {
    const body = method === 'PUT' ? '{"some":"thing"}' : null;
    const answer = await fetch(`${open.url}${path}`, {
      method,
      body,
      headers: { 'content-type': 'application/json' },
    });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject(found);
  });

  it.each(['/', '/_template/x', '/_index_template/x', '/_alias/x', '/some-index'])(
    'answers HEAD %s with 200',
    async (path) => {
      expect((await fetch(`${open.url}${path}`, { method: 'HEAD' })).status).toBe(200);
    },
  );

  it('says what it takes where it is asked for something else', async () => {
    const answer = await fetch(`${open.url}/x/_search`, { method: 'POST', body: '{}' });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('POST /events');
  });
});

describe('an HTTP input with credentials', () => {
  let closed: Awaited<ReturnType<typeof anHttpInput>>;
  beforeAll(async () => {
    closed = await anHttpInput('user: shipper, password: secret-1, api_key: "id:key", token: secret-2');
  });
  afterAll(() => closed.input.stop(1_000));
  const base64 = (text: string) => Buffer.from(text).toString('base64');

  it.each([
    ['nothing', undefined, 401],
    ['a wrong password', `Basic ${base64('shipper:wrong')}`, 401],
    ['its user and password', `Basic ${base64('shipper:secret-1')}`, 200],
    ['its API key', `ApiKey ${base64('id:key')}`, 200],
    ['its token', 'Bearer secret-2', 200],
  ])('answers a sender that presents %s accordingly', async (_, authorization, status) => {
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
    const answer = await fetch(`${closed.url}/events`, { method: 'POST', body: 'one', headers });
    expect(answer.status).toBe(status);
    if (status === 401) {
      expect(answer.headers.get('www-authenticate')).toContain('Basic');
      expect(await answer.json()).toMatchObject({ error: { type: 'security_exception' } });
    }
  });

  it('has stored only what was authorised', () => expect(closed.store.events).toHaveLength(3));
});
