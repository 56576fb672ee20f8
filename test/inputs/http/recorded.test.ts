import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readEvent } from '../../support/events.ts';
import { anHttpInput, type RunningHttpInput } from './support.ts';

/**
 * The requests of senders that are not in any package registry, as their sources make them:
 * Logstash (logstash-plugins/logstash-output-elasticsearch, lib/logstash/outputs/elasticsearch/http_client.rb and http_client/pool.rb),
 * Vector (vectordotdev/vector, src/sinks/elasticsearch/common.rs and service.rs), Fluent Bit (fluent/fluent-bit, plugins/out_es/es.c).
 */
interface Recorded {
  method: string;
  path: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array<ArrayBuffer>;
}

const at = '2026-11-29T10:00:00.000Z';
const ndjson = (...values: object[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('');
const event = (number: number) => ({ '@timestamp': at, message: `line ${number}` });
const threeOf = (action: object) => ndjson(...[1, 2, 3].flatMap((number) => [action, event(number)]));

let input: RunningHttpInput;
beforeAll(async () => {
  input = await anHttpInput('user: shipper, password: secret');
});
afterAll(() => input.stop());
beforeEach(() => void input.store.batches.splice(0));

const authorization = `Basic ${Buffer.from('shipper:secret').toString('base64')}`;

/** `node:http` sends the headers as they were recorded; `fetch` decides about some of them by itself. */
async function send({ method, path, headers = {}, body }: Recorded) {
  const outgoing = request(`${input.url}${path}`, { method, headers: { authorization, ...headers } });
  outgoing.end(body);
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) text += chunk;
  return {
    status: answer.statusCode,
    headers: new Headers(answer.headers as Record<string, string>),
    text,
    json: text === '' ? undefined : JSON.parse(text),
  };
}

const stored = () => input.store.events.map(({ message }) => message);

describe('Logstash', () => {
  const headers = { 'content-type': 'application/json', 'user-agent': 'Logstash/9.1.0 (OS=Linux)' };

  it('finds the server alive, of a version, with a license, and its template', async () => {
    expect(await send({ method: 'HEAD', path: '/', headers })).toMatchObject({ status: 200, text: '' });
    const root = await send({ method: 'GET', path: '/', headers });
    expect(root.headers.get('x-elastic-product')).toBe('Elasticsearch');
    expect(root.json.version).toMatchObject({
      build_flavor: 'default',
      number: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    });
    const license = await send({ method: 'GET', path: '/_license', headers });
    expect(license.json.license.status).toBe('active');
    expect((await send({ method: 'HEAD', path: '/_index_template/ecs-logstash', headers })).status).toBe(200);
    const put = {
      method: 'PUT',
      path: '/_index_template/ecs-logstash',
      headers,
      body: '{"index_patterns":["ecs-logstash-*"]}',
    };
    expect((await send(put)).json).toEqual({ acknowledged: true });
    expect((await send({ method: 'HEAD', path: '/_alias/ecs-logstash', headers })).status).toBe(200);
    expect((await send({ method: 'GET', path: '/_ilm/policy/logstash-policy', headers })).status).toBe(200);
  });

  it.each([
    [
      '/_bulk?filter_path=errors,items.*.error,items.*.status',
      { create: { _index: 'logs-generic-default', routing: null } },
    ],
    ['/_bulk', { index: { _index: 'ecs-logstash-2026.11.29', _id: null, routing: null } }],
  ])('sends to %s, and reads a status for each event', async (path, action) => {
    const body = threeOf(action);
    const { status, json } = await send({ method: 'POST', path, headers, body });
    expect(status).toBe(200);
    expect(json.errors).toBe(false);
    const items = json.items as Record<string, { status: number }>[];
    expect(items.map((item) => Object.values(item)[0]!.status)).toEqual([201, 201, 201]);
    expect(stored()).toEqual(['line 1', 'line 2', 'line 3']);
  });

  it('sends compressed, with the length of the whole body', async () => {
    const body = gzipSync(threeOf({ create: { _index: 'logs-generic-default' } }));
    const compressed = { ...headers, 'content-encoding': 'gzip', 'content-length': String(body.length) };
    expect((await send({ method: 'POST', path: '/_bulk', headers: compressed, body })).json.errors).toBe(
      false,
    );
    expect(stored()).toHaveLength(3);
  });

  it('sends by its http output, as a batch of JSON', async () => {
    const body = JSON.stringify([1, 2, 3].map((number) => ({ ...event(number), '@version': '1' })));
    const { status, json } = await send({ method: 'POST', path: '/events', headers, body });
    expect([status, json]).toEqual([200, { accepted: 3 }]);
    expect(stored()).toEqual(['line 1', 'line 2', 'line 3']);
  });
});

describe('Vector', () => {
  const headers = { 'content-type': 'application/x-ndjson', 'user-agent': 'Vector/0.50.0' };

  it('takes the major version from the root, and 200 for healthy', async () => {
    const { json } = await send({ method: 'GET', path: '/' });
    expect(Number(json.version.number.split('.')[0])).toBeGreaterThanOrEqual(8);
    expect((await send({ method: 'GET', path: '/_cluster/health' })).status).toBe(200);
  });

  it.each([
    ['index', { index: { _index: 'vector-2026.11.29' } }],
    ['create', { create: { _index: 'logs-generic-default' } }],
  ])('sends with the action %s, compressed, and searches the answer for errors', async (_, action) => {
    const body = gzipSync(threeOf(action));
    const path = '/_bulk?timeout=60s';
    const { status, text } = await send({
      method: 'POST',
      path,
      headers: { ...headers, 'content-encoding': 'gzip' },
      body,
    });
    expect(status).toBe(200);
    expect(text).not.toContain('"errors":true');
    expect(text).toContain('"errors":false');
    expect(stored()).toEqual(['line 1', 'line 2', 'line 3']);
  });
});

describe('Fluent Bit', () => {
  const headers = { 'content-type': 'application/x-ndjson', 'user-agent': 'Fluent-Bit' };

  it.each([
    ['Suppress_Type_Name on', { create: { _index: 'fluent-bit' } }],
    ['with a type', { create: { _index: 'fluent-bit', _type: '_doc' } }],
    ['Generate_ID on', { create: { _index: 'fluent-bit', _id: '6dbde0e9-4d50-1a2b-9c3d-0123456789ab' } }],
  ])('sends without asking before: %s', async (_, action) => {
    const number = 1;
    const record = { '@timestamp': at, log: `line ${number}`, stream: 'stdout' };
    const { status, json } = await send({
      method: 'POST',
      path: '/_bulk',
      headers,
      body: ndjson(action, record),
    });
    expect(status).toBe(200);
    expect(json).toMatchObject({ errors: false, items: [{ create: { status: 201 } }] });
    expect(input.store.events).toHaveLength(1);
  });

  it('sends by its http output in both formats', async () => {
    const records = [1, 2].map((number) => ({ date: at, message: `line ${number}` }));
    const json = { ...headers, 'content-type': 'application/json' };
    await send({ method: 'POST', path: '/events', headers: json, body: JSON.stringify(records) });
    await send({ method: 'POST', path: '/events', headers, body: ndjson(...records) });
    // Without `@timestamp` they are lines of an application, which the parser of JSON reads.
    const events = stored().map((message) => readEvent({ message: String(message) }));
    expect(events.map((one) => [one.get('message'), one.get('@timestamp')])).toEqual(
      ['line 1', 'line 2', 'line 1', 'line 2'].map((line) => [line, at]),
    );
  });
});

describe('a sender with a wrong password', () => {
  it.each(['/', '/_bulk', '/events'])(
    'gets 401 with a challenge on %s, and nothing is stored',
    async (path) => {
      const method = path === '/' ? 'GET' : 'POST';
      const body = method === 'POST' ? threeOf({ create: { _index: 'x' } }) : undefined;
      const wrong = { authorization: 'Basic d3Jvbmc6d3Jvbmc=', 'content-type': 'application/x-ndjson' };
      const answer = await send({ method, path, headers: wrong, ...(body && { body }) });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toContain('Basic');
      expect(stored()).toEqual([]);
    },
  );
});
