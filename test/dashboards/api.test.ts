import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { Transition } from '../../src/model.ts';
import type { Api } from '../../src/telemetry/api/api.ts';
import { anApi } from './api-support.ts';
import { request } from './support.ts';

const token = 'a-token-for-operators';
const reader = 'a-token-for-readers-1';

async function get({ url }: Api, path: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${url}${path}`, { headers, redirect: 'manual' });
  const text = await response.text();
  return { code: response.status, headers: response.headers, text, body: () => JSON.parse(text) };
}

describe('the API of the dashboard', () => {
  it('finds logs by KQL', async () => {
    const { api, put } = await anApi();
    const now = Date.now();
    await put('logs-a-default', request(now - 1_000, '/a', 200), request(now - 2_000, '/b', 500));
    const { body } = await get(api, '/api/logs?q=http.response.status_code%20%3E%3D%20500&from=now-1h');
    expect(body().rows.map(({ message }: { message: string }) => message)).toEqual(['GET /b 500']);
  });

  it.each([
    ['/api/logs?q=a%3A%28', 400, /Expected|expected|is not/],
    ['/api/logs?from=yesterday', 400, /`from` is no time/],
    ['/api/logs?limit=501', 400, /`limit`/],
    ['/api/logs?limit=0', 400, /`limit`/],
    ['/api/logs?offset=x', 400, /`offset`/],
    ['/api/logs?query=a', 400, /there is no parameter `query`; known: q, from, to, limit, offset/],
    ['/api/alerts?state=closed', 400, /`state`/],
    ['/api/alert', 400, /`id`/],
    ['/api/alert?id=x', 404, /There is no alert `x`/],
    ['/api/logs/context?id=gone', 404, /no longer there/],
  ])('answers %s with %i and the reason', async (path, code, reason) => {
    const { api } = await anApi();
    const answer = await get(api, path);
    expect([answer.code, answer.body().error]).toEqual([code, expect.stringMatching(reason)]);
  });

  it('answers 503 while documents cannot be searched', async () => {
    const { api, store } = await anApi();
    await store.stop();
    const { code, body } = await get(api, '/api/stats');
    expect([code, body().error]).toEqual([503, expect.stringContaining('Documents cannot be searched')]);
  });

  it('shows rules with their state', async () => {
    const state = {
      groups: 2,
      openAlerts: 1,
      windowsClosed: 9,
      late: 0,
      corrected: 0,
      overflowed: 0,
      forgotten: 0,
      cost: 12.5,
    };
    const last = {
      ...{ at: 60_000, groups: 2 },
      ...{ highest: { group: 'web-1', value: 7 }, lowest: { group: 'web-2', value: 1 } },
    };
    const verdicts = new Map([['errors', { true: 3, false: 1, missed: 2 }]]);
    const { api } = await anApi({
      ruleStates: async () => ({ errors: { ...state, last } }),
      verdicts: () => verdicts,
    });
    expect((await get(api, '/api/rules')).body().rules).toEqual([
      expect.objectContaining({
        name: 'errors',
        kind: 'threshold',
        measure: 'count',
        when: '>= 5',
        open: 0,
        state,
        latest: { at: 60_000, groups: 2, group: 'web-1', value: 7, bounds: [5], holds: true },
        verdicts: { true: 3, false: 1, missed: 2 },
      }),
    ]);
  });

  it('shows the configured reports and those that were made, newest first', async () => {
    const row = {
      name: 'daily',
      schedule: 'daily',
      zone: 'UTC',
      notify: ['ops'],
      next: '2026-11-30T00:01:00.000Z',
    };
    const other = { ...row, name: 'weekly', failing: 'Elasticsearch is away.' };
    const { api, put } = await anApi({ reports: () => [row, other] });
    expect((await get(api, '/api/reports')).body()).toMatchObject({
      configured: [row, other],
      reports: [],
      total: 0,
    });
    const made = (name: string, day: number) => ({
      '@timestamp': new Date(Date.UTC(2026, 10, day)).toISOString(),
      report: { name, figures: { events: day } },
    });
    await put('logs-logboom.reports-default', made('daily', 1), made('weekly', 2), made('daily', 3));
    const all = (await get(api, '/api/reports?limit=2')).body();
    expect(all.reports.map(({ figures }: { figures: { events: number } }) => figures.events)).toEqual([3, 2]);
    expect([all.total, all.next]).toEqual([3, 2]);
    const daily = (await get(api, '/api/reports?name=daily&limit=2')).body();
    expect(daily).toMatchObject({ configured: [row], total: 2 });
    expect(daily).not.toHaveProperty('next');
    expect((await get(api, '/api/reports?limit=0')).code).toBe(400);
  });

  it('pages through sources', async () => {
    const list = ['a', 'b', 'c'].map((name) => ({ name }));
    const { api } = await anApi({ sources: async () => ({ known: 9, forgotten: 1, list }) });
    const first = (await get(api, '/api/sources?limit=2')).body();
    expect(first).toEqual({ known: 9, forgotten: 1, sources: [{ name: 'a' }, { name: 'b' }], next: 2 });
    expect((await get(api, '/api/sources?limit=2&offset=2')).body().sources).toEqual([{ name: 'c' }]);
  });

  it('describes each of its requests in OpenAPI', async () => {
    const { api } = await anApi();
    const { openapi, paths } = (await get(api, '/api/openapi.json')).body();
    expect(openapi).toBe('3.1.0');
    expect(Object.keys(paths)).toEqual([
      ...['/api/logs', '/api/logs/context', '/api/stats', '/api/alerts', '/api/alert', '/api/silences'],
      ...['/api/rules', '/api/sources', '/api/reports', '/api/dead-letters', '/api/me'],
    ]);
    for (const [path, { get: operation }] of Object.entries<{
      get: { parameters: { name: string; required: boolean }[] };
    }>(paths)) {
      const required = operation.parameters.filter((one) => one.required).map(({ name }) => `${name}=x`);
      expect([path, (await get(api, `${path}?${required.join('&')}`)).code]).toEqual([
        path,
        required.length > 0 ? 404 : 200,
      ]);
    }
  });

  it('documents itself in plain HTML', async () => {
    const { api } = await anApi();
    const { headers, text } = await get(api, '/api/docs');
    expect(headers.get('content-type')).toContain('text/html');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(text).toContain('<code>/api/logs/context</code>');
  });

  it('lets no other site read it', async () => {
    const { api } = await anApi();
    const { headers } = await get(api, '/api/me', { origin: 'https://evil.example' });
    expect(headers.get('access-control-allow-origin')).toBeNull();
    expect((await get(api, '/api/me', { host: 'evil.example' })).code).not.toBe(500);
  });

  it.each([
    [undefined, 401, undefined],
    [`Bearer ${reader}`, 200, { name: 'people', role: 'read', version: '1.2.3' }],
    [
      `Basic ${Buffer.from(`people:${reader}`).toString('base64')}`,
      200,
      { name: 'people', role: 'read', version: '1.2.3' },
    ],
    [`Bearer ${token}`, 200, { name: 'token', role: 'operate', version: '1.2.3' }],
  ])('knows who asks by %s', async (authorization, code, expected) => {
    const { api } = await anApi({}, { token, tokens: { people: { role: 'read', token: reader } } });
    const answer = await get(api, '/api/me', authorization === undefined ? {} : { authorization });
    expect(answer.code).toBe(code);
    if (expected) expect(answer.body()).toEqual(expected);
    else expect((await get(api, '/ui/')).headers.get('www-authenticate')).toContain('Basic');
  });
});

describe('the pages', () => {
  it('are where a browser looks first; programs are shown the links', async () => {
    const { api } = await anApi();
    const page = await get(api, '/', { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' });
    expect([page.code, page.headers.get('location')]).toEqual([302, '/ui/']);
    expect((await get(api, '/', { accept: '*/*' })).body()).toMatchObject({ name: 'logboom' });
  });

  it('name files that are there, under a policy by which only they run', async () => {
    const { api } = await anApi();
    const { text, headers } = await get(api, '/ui/');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'");
    expect(headers.get('cache-control')).toBe('no-cache');
    expect(text).not.toMatch(/<script(?![^>]*src)|style=|https?:\/\//);
    const files = [...text.matchAll(/"(\/ui\/[^"]+)"/g)].map(([, path]) => path!);
    expect(files).toHaveLength(2);
    for (const path of files) {
      expect(path).toMatch(/-[A-Z0-9]{8}\.(js|css)$/);
      const file = await get(api, path);
      expect([file.code, file.headers.get('cache-control')]).toEqual([
        200,
        'public, max-age=31536000, immutable',
      ]);
    }
  });

  it('need at most 100 KB of scripts on the wire', async () => {
    const { api } = await anApi();
    const script = /"(\/ui\/[^"]+\.js)"/.exec((await get(api, '/ui/')).text)![1]!;
    const { hostname, port } = new URL(api.url);
    const bytes = await new Promise<number>((resolve) => {
      let sum = 0;
      const socket = connect(Number(port), hostname, () =>
        socket.write(
          `GET ${script} HTTP/1.1\r\nhost: localhost\r\naccept-encoding: gzip\r\nconnection: close\r\n\r\n`,
        ),
      );
      socket.on('data', (chunk) => {
        sum += chunk.length;
      });
      socket.on('close', () => resolve(sum));
    });
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThan(100_000);
  });

  it.each(['/ui/nothing.js', '/ui/..%2f..%2fpackage.json', '/ui/index.html/x'])(
    'are no others: %s',
    async (path) => {
      const { api } = await anApi();
      expect((await get(api, path)).code).toBe(404);
    },
  );
});

/** Reads events of the stream until there are so many. */
async function listen({ url }: Api, count: number, headers: Record<string, string> = {}, act?: () => void) {
  const abort = new AbortController();
  const response = await fetch(`${url}/api/stream`, { headers, signal: abort.signal });
  let text = '';
  const events = () =>
    text
      .split('\n\n')
      .slice(0, -1)
      .filter((one) => /^event: |\nevent: /.test(one));
  act?.();
  for await (const chunk of response.body!) {
    text += Buffer.from(chunk).toString();
    if (events().length >= count) break;
  }
  abort.abort();
  return events().map((event) => ({
    id: /^id: (.*)$/m.exec(event)?.[1],
    name: /^event: (.*)$/m.exec(event)![1],
    data: JSON.parse(/^data: (.*)$/m.exec(event)![1]!) as Record<string, unknown>,
  }));
}

const transition = (id: string): Transition => ({
  ...{ id, rule: 'errors', group: '', by: {}, episode: 'e', from: 'inactive', to: 'active', at: 1 },
  ...{ window: { start: 0, end: 1 }, value: 6, count: 6, condition: '>= 5', reason: '6 is more' },
  ...{ severity: 'high', message: 'line\n\nevent: forged' },
});

describe('the stream', () => {
  it('tells of transitions as they happen, and of the state each second', async () => {
    const { api, dashboard } = await anApi();
    const events = await listen(api, 3, {}, () => dashboard.transition(transition('t1')));
    expect(events.map(({ name }) => name).toSorted()).toEqual(['hello', 'pulse', 'transition']);
    expect(events.find(({ name }) => name === 'transition')!.data).toMatchObject({
      ...{ id: 't1', episode: 'e', to: 'active', value: 6, message: 'line\n\nevent: forged' },
    });
    expect(events.find(({ name }) => name === 'pulse')!.data).toMatchObject({
      newest: 7,
      openAlerts: 0,
      healthy: true,
    });
  });

  it('goes on after the last event that a client had', async () => {
    const { api, dashboard } = await anApi();
    const [hello] = await listen(api, 1);
    for (const id of ['t1', 't2', 't3']) dashboard.transition(transition(id));
    const missed = await listen(api, 3, { 'last-event-id': hello!.id! });
    expect(missed.map(({ data }) => data.id)).toEqual(['t1', 't2', 't3']);
    const rest = await listen(api, 1, { 'last-event-id': missed[1]!.id! });
    expect(rest.map(({ data }) => data.id)).toEqual(['t3']);
  });

  it.each(['other-1', 'x', 'zzzz-99999'])(
    'asks a client to load anew whose last event is unknown: %s',
    async (id) => {
      const { api } = await anApi();
      expect((await listen(api, 1, { 'last-event-id': id }))[0]).toMatchObject({ name: 'reset' });
    },
  );

  it('asks a client to load anew that was away for too many events', async () => {
    const { api, dashboard } = await anApi();
    const [hello] = await listen(api, 1);
    for (let number = 0; number < 501; number += 1) dashboard.transition(transition(`t${number}`));
    expect((await listen(api, 1, { 'last-event-id': hello!.id! }))[0]).toMatchObject({ name: 'reset' });
  });

  it('ends when the server stops', async () => {
    const { api } = await anApi();
    const response = await fetch(`${api.url}/api/stream`);
    const ended = response.text();
    await api.stop();
    await expect(ended).resolves.toContain('hello');
  });
});
