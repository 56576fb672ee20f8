import { createServer, request as forward, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ForwardProxy, startForwardProxy } from '../../support/lumberjack/forward-proxy.ts';
import { type FakeElasticsearch, startFakeElasticsearch } from '../support/fake-elasticsearch.ts';
import { items, type TestSink, testSink } from '../support/sink.ts';

let server: FakeElasticsearch;
const open: TestSink[] = [];
const sinkTo = (hosts: string[], config: object = {}, index: object = {}) => {
  const made = testSink({ hosts, config, index });
  open.push(made);
  return made.sink;
};

beforeEach(async () => {
  server = await startFakeElasticsearch();
});
afterEach(async () => {
  await Promise.all(open.splice(0).map(({ sink }) => sink.close()));
  await server.close();
});

describe('every request', () => {
  it('speaks plain JSON, which 7.17, 8, 9 and OpenSearch take', async () => {
    await sinkTo([server.url], {}, { installTemplates: true }).deliver(items(1));
    const types = server.requests.map(({ headers }) => headers['content-type'] ?? 'none');
    expect(new Set(types)).toEqual(new Set(['none', 'application/json', 'application/x-ndjson']));
    expect(new Set(server.requests.map(({ headers }) => headers.accept))).toEqual(
      new Set(['application/json']),
    );
  });

  it('has the configured headers', async () => {
    const custom_headers = { 'X-Team': 'ops', authorization: 'Bearer from-elsewhere' };
    await sinkTo([server.url], { custom_headers }, { installTemplates: true }).deliver(items(1));
    for (const { headers } of server.requests)
      expect(headers).toMatchObject({ 'x-team': 'ops', authorization: 'Bearer from-elsewhere' });
  });

  it('goes below the configured path, unless its address has one', async () => {
    const paths: string[] = [];
    const other = await startServer(({ url }) => {
      paths.push(url!.split('?')[0]!);
      return { took: 1, errors: false, items: [{ create: { status: 201 } }] };
    });
    await sinkTo([other.url], { path: '/es' }).deliver(items(1));
    await sinkTo([`${other.url}/own`], { path: '/es' }).deliver(items(1));
    expect(paths).toEqual(['/es/_bulk', '/own/_bulk']);
    await other.close();
  });

  it('takes its answer from no product in particular', async () => {
    const other = await startServer(() => ({ took: 1, errors: false, items: [{ create: { status: 201 } }] }));
    expect(await sinkTo([other.url]).deliver(items(1))).toMatchObject({ indexed: 1 });
    await other.close();
  });
});

it('adds the configured parameters to the address of each bulk request', async () => {
  const parameters = { require_data_stream: 'true', filter_path: 'nothing' };
  await sinkTo([server.url], { parameters }).deliver(items(1));
  const { searchParams } = new URL(server.bulks()[0]!.path, server.url);
  expect(searchParams.get('require_data_stream')).toBe('true');
  expect(searchParams.get('filter_path')).toMatch(/items/);
});

describe('behind a forward proxy', () => {
  let proxy: ForwardProxy;
  beforeEach(async () => {
    proxy = await startForwardProxy();
  });
  afterEach(() => proxy.close());

  it('all requests go through its tunnel, with its login', async () => {
    const sink = sinkTo([server.url], { proxy: proxy.url }, { installTemplates: true });
    expect(await sink.deliver(items(3))).toMatchObject({ indexed: 3 });
    expect(new Set(proxy.tunnels)).toEqual(new Set([new URL(server.url).host]));
    expect(server.bulks()).toHaveLength(1);
  });

  it('nothing is delivered, and the reason is told, while it turns logboom away', async () => {
    const without = proxy.url.replace('user:secret@', '');
    const { sink, log } = testSink({ hosts: [server.url], config: { proxy: without }, realTime: true });
    const delivery = sink.deliver(items(1));
    delivery.catch(() => undefined);
    await expect.poll(() => log.map(({ msg }) => msg).join()).toContain('407');
    expect(sink.status().state).toBe('retrying');
    expect(server.requests).toEqual([]);
    await sink.close();
  });
});

describe('sniffing', () => {
  it('finds the other nodes of the cluster, and sends to all of them', async () => {
    const second = await startFakeElasticsearch();
    const node = ({ url }: FakeElasticsearch) => ({
      roles: ['data', 'ingest', 'master'],
      http: { publish_address: new URL(url).host },
    });
    for (const one of [server, second])
      one.onOther = ({ path }) =>
        path.startsWith('/_nodes')
          ? { status: 200, body: { nodes: { a: node(server), b: node(second) } } }
          : undefined;
    const auth = { user: 'u', password: 'p' };
    const sink = sinkTo([server.url], { sniffing: true, ...auth });
    await expect
      .poll(async () => {
        await sink.deliver(items(1, `${server.requests.length}-${second.requests.length}-`));
        return second.bulks().length;
      })
      .toBeGreaterThan(0);
    expect(second.bulks()[0]?.headers.authorization).toMatch(/^Basic /);
    await second.close();
  });

  it.each([
    ['a refusal', { status: 403 }],
    ['nodes without addresses', { status: 200, body: { nodes: { a: { roles: [] } } } }],
    ['something else', { status: 200, body: { nodes: 'none' } }],
    ['an answer that is no object', { status: 200, body: [] }],
  ])('keeps the nodes that it was given where the answer is %s', async (_, answer) => {
    server.onOther = ({ path }) => (path.startsWith('/_nodes') ? answer : undefined);
    const sink = sinkTo([server.url], { sniffing: true });
    await expect.poll(() => server.requests.length).toBeGreaterThan(0);
    expect(await sink.deliver(items(2))).toMatchObject({ indexed: 2 });
  });
});

it('reaches a server below a path of a real reverse proxy', async () => {
  const seen: string[] = [];
  const reverse = createServer((request, response) => {
    seen.push(request.url!);
    const path = request.url!.replace(/^\/search\/es/, '');
    const onward = forward(
      new URL(path, server.url),
      { method: request.method!, headers: request.headers },
      (answer) => {
        response.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(response);
      },
    );
    request.pipe(onward);
  });
  const url = await listening(reverse);
  const sink = sinkTo([url], { path: 'search/es', compression: true }, { installTemplates: true });
  expect(await sink.deliver(items(2))).toMatchObject({ indexed: 2 });
  expect(seen.every((path) => path.startsWith('/search/es/'))).toBe(true);
  reverse.closeAllConnections();
  reverse.close();
});

async function startServer(answer: (request: IncomingMessage) => object) {
  const other = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer(request)));
    });
  });
  const url = await listening(other);
  return {
    url,
    close: () => {
      other.closeAllConnections();
      return new Promise((resolve) => other.close(resolve));
    },
  };
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
