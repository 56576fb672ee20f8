import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { LogboomError } from '../../src/errors.ts';
import { type Api, type ApiOptions, startApi } from '../../src/telemetry/api/api.ts';
import type { Status } from '../../src/telemetry/api/status.ts';
import { createMetrics, silentInstruments } from '../../src/telemetry/metrics.ts';
import { status } from '../support/status.ts';

const apis: Api[] = [];
afterEach(async () => {
  await Promise.all(apis.splice(0).map((api) => api.stop()));
});

async function start(changes: Partial<ApiOptions> = {}): Promise<Api> {
  const api = await startApi({
    config: { host: '127.0.0.1', port: 0 },
    status: () => status(),
    health: () => ({ healthy: true, state: 'healthy', reasons: [] }),
    metrics: async () => 'logboom_x_total 1\n',
    instruments: silentInstruments(),
    ...changes,
  });
  apis.push(api);
  return api;
}

async function get(api: Api, path: string, init?: RequestInit) {
  const response = await fetch(`${api.url}${path}`, init);
  const text = await response.text();
  return { code: response.status, headers: response.headers, text, body: () => JSON.parse(text) as unknown };
}

describe('the API', () => {
  it('lists its pages', async () => {
    const { code, body } = await get(await start(), '/');
    expect(code).toBe(200);
    expect(Object.keys((body() as { links: object }).links)).toEqual([
      '/alerts',
      '/explain',
      '/health',
      '/metrics',
      '/reload',
      '/silences',
      '/stats',
      '/status',
    ]);
  });

  it('refuses a question that says something twice', async () => {
    const explain = async (asked: Record<string, string>) => asked.at!.trim();
    const { code, text } = await get(await start({ explain }), '/explain?rule=a&at=1&at=2');
    expect(code).toBe(400);
    expect(text).toContain('`at` is given twice');
  });

  it('shows the status', async () => {
    const { body } = await get(await start(), '/status');
    expect(body()).toEqual(status());
  });

  it.each([
    [200, { healthy: true, state: 'healthy' as const, reasons: [] }],
    [200, { healthy: true, state: 'degraded' as const, reasons: ['indexer waits for Elasticsearch'] }],
    [503, { healthy: false, state: 'unhealthy' as const, reasons: ['journal is broken: x'] }],
  ])('answers %i to /health for %j', async (code, health) => {
    const answer = await get(await start({ health: () => health }), '/health');
    expect(answer.code).toBe(code);
    expect(answer.body()).toEqual(health);
  });

  it('explains what it is asked about', async () => {
    const api = await start({ explain: async (asked) => ({ asked }) });
    const { code, body } = await get(api, '/explain?rule=burst&at=2026-01-01T00:00:00Z');
    expect([code, body()]).toEqual([200, { asked: { rule: 'burst', at: '2026-01-01T00:00:00Z' } }]);
  });

  it.each([
    ['USAGE', 400],
    ['NOT_EXPLAINABLE', 404],
    ['BUSY', 503],
  ] as const)('answers a question that cannot be answered for %s with %i', async (reason, expected) => {
    const explain = () => Promise.reject(new LogboomError(reason, 'because'));
    const { code, body } = await get(await start({ explain }), '/explain');
    expect([code, body()]).toEqual([expected, { error: 'because' }]);
  });

  it('tells no stranger why explaining failed', async () => {
    const explain = () => Promise.reject(new Error('secret'));
    const { code, text } = await get(await start({ explain }), '/explain?alert=x');
    expect(code).toBe(500);
    expect(text).not.toContain('secret');
  });

  it('serves metrics as Prometheus reads them', async () => {
    const answer = await get(await start(), '/metrics');
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(answer.text).toBe('logboom_x_total 1\n');
  });

  it('counts its own requests', async () => {
    const metrics = createMetrics();
    const instruments = { ...silentInstruments(), metrics: metrics.registry };
    const api = await start({ instruments, metrics: metrics.text });
    await get(api, '/health');
    await get(api, '/nothing');
    const { text } = await get(api, '/metrics');
    expect(text).toContain('logboom_api_requests_total{path="/health",code="200"} 1');
    expect(text).toContain('logboom_api_requests_total{path="unknown",code="404"} 1');
  });

  it('answers 404 in JSON with its links', async () => {
    const { code, body } = await get(await start(), '/nothing?x=1');
    expect(code).toBe(404);
    expect(body()).toMatchObject({ error: 'There is nothing at /nothing.', links: expect.anything() });
  });

  it.each(['POST', 'PUT', 'DELETE'])('answers 405 to %s', async (method) => {
    const answer = await get(await start(), '/status', { method });
    expect(answer.code).toBe(405);
    expect(answer.headers.get('allow')).toBe('GET, HEAD');
    expect(answer.body()).toEqual({ error: '/status answers GET only.' });
  });

  it('answers HEAD', async () => {
    expect((await get(await start(), '/health', { method: 'HEAD' })).code).toBe(200);
  });

  it('tells nothing of an error within', async () => {
    const fails = (): Status => {
      throw new Error('secret path /etc/x');
    };
    const { code, text } = await get(await start({ status: fails }), '/status');
    expect(code).toBe(500);
    expect(text).not.toContain('secret');
  });

  it('forbids caching and framing', async () => {
    const { headers } = await get(await start(), '/status');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  it('refuses large bodies and headers', async () => {
    const api = await start();
    const large = await get(api, '/status', { headers: { 'x-large': 'x'.repeat(20_000) } });
    expect(large.code).toBe(431);
    const { code } = await get(api, '/status', { method: 'POST', body: 'x'.repeat(4096) });
    expect([405, 413, 415]).toContain(code);
  });

  it('says which port is in use', async () => {
    const { url } = await start();
    const port = Number(new URL(url).port);
    await expect(start({ config: { host: '127.0.0.1', port } })).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      message: `Port ${port} of the API is in use; set \`api.port\` to another one (0 takes a free one).`,
    });
  });

  it('stops although a connection idles, and twice', async () => {
    const api = await start();
    const socket = connect(Number(new URL(api.url).port), '127.0.0.1').on('error', () => undefined);
    await new Promise((resolve) => socket.once('connect', resolve));
    await api.stop();
    await api.stop();
    socket.destroy();
  });
});

it('cuts off who sends a request drop by drop after ten seconds, as it promises', async () => {
  const { port } = new URL((await start()).url);
  const socket = connect(Number(port), '127.0.0.1');
  const began = performance.now();
  socket.write('GET /status HTTP/1.1\r\nhost: localhost\r\nx: ');
  const drops = setInterval(() => socket.write('a'), 250);
  const ended = new Promise<number>((resolve) => {
    socket.on('error', () => {});
    socket.resume().once('close', () => resolve(performance.now() - began));
  });
  expect(await ended).toBeLessThan(25_000);
  clearInterval(drops);
});
