import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { viewsOf } from '../../src/kibana/data-views.ts';
import { savedObjects } from '../../src/kibana/objects.ts';
import type { Answer } from '../real/support/elasticsearch.ts';
import type { ViewField } from '../real/support/kibana.ts';
import { searchOf, showsSomething } from '../real/support/lens.ts';
import { eventually } from '../support/eventually.ts';
import { panelsOf } from '../support/kibana/panels.ts';
import { Server } from '../support/server.ts';

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const views = Object.values(viewsOf());

/** What the embedded store does not compute, and what generated lines have nothing of. */
const computed = new Set(views.flatMap(({ runtimeFields = {} }) => Object.keys(runtimeFields)));
const dashboards = ['Traffic', 'Errors', 'Rules', 'Alerts', 'Logins and sudo', 'Syslog'].map(
  (name) => `logboom: ${name}`,
);
const absent = new Set([
  'New: found by rules of the kind new-term',
  'Failed logins by country',
  'Use of sudo and su by outcome',
  'Commands by sudo',
  'Sessions and accounts',
  'Commands of sudo',
  // The alert of the error wave has ended.
  'Open now',
]);

const panels = panelsOf(savedObjects()).filter(
  ({ dashboard, title, lens }) =>
    lens &&
    dashboards.includes(dashboard) &&
    !absent.has(title) &&
    !Object.values(lens.columns).some(({ sourceField = '' }) => computed.has(sourceField)),
);

const scenario = (port: number) => ({
  clock: 'simulated',
  start: '2026-11-20T10:00:00Z',
  for: '10m',
  streams: [
    {
      name: 'nginx.access',
      format: 'nginx',
      hosts: ['web-1', 'web-2'],
      traffic: { shape: 'steady', rate: 5 },
      requests: { latency: '40ms' },
    },
    {
      name: 'shop.app',
      format: 'json',
      hosts: ['web-1'],
      traffic: { shape: 'steady', rate: 1 },
      messages: [
        { level: 'info', text: 'order {n} placed', logger: 'shop.orders', weight: 5 },
        { level: 'error', text: 'payment of order {n} failed', logger: 'shop.payments', weight: 1 },
      ],
    },
    {
      name: 'system.syslog',
      format: 'syslog-5424',
      hosts: ['db-1'],
      traffic: { shape: 'steady', rate: 1 },
      messages: [
        {
          level: 'info',
          text: 'Failed password for root from 10.0.0.7 port {n} ssh2',
          logger: 'sshd',
          weight: 3,
        },
        {
          level: 'info',
          text: 'Accepted password for deploy from 10.0.0.3 port {n} ssh2',
          logger: 'sshd',
          weight: 1,
        },
        { level: 'error', text: 'disk {n} is full', logger: 'kernel', weight: 1 },
      ],
    },
  ],
  incidents: [{ kind: 'error wave', at: '3m', for: '2m', host: 'web-2' }],
  output: { kind: 'lumberjack', host: '127.0.0.1', port },
});

let server: Server;
const ask = async (method: string, path: string, body?: object) => {
  const json = body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const response = await fetch(`http://127.0.0.1:${server.ports.store}${path}`, { method, ...json });
  return { status: response.status, body: (await response.json()) as Answer };
};
const count = async (index: string, query: string) =>
  (await ask('GET', `/${index}/_count?q=${encodeURIComponent(query)}`)).body.count ?? 0;

/** The fields of a data view, as Kibana asks for them. */
async function fieldsOf(pattern: string): Promise<ViewField[]> {
  const { body } = await ask('GET', `/${pattern}/_field_caps?fields=*`);
  return Object.entries(body.fields as Record<string, Record<string, unknown>>).map(([name, types]) => ({
    name,
    type: Object.keys(types)[0]!,
  }));
}

const fields = new Map<string, ViewField[]>();

beforeAll(async () => {
  const access =
    '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" $request_time';
  server = await Server.shared({
    parsers: { formats: { timed: { access } }, byDataset: { 'nginx.access': 'timed' } },
    rules: [
      {
        name: 'failures',
        where: 'http.response.status_code >= 500',
        by: ['host.name'],
        over: '1m',
        when: '>= 20',
        severity: 'critical',
      },
      {
        name: 'requests',
        where: 'http.response.status_code : *',
        by: ['host.name'],
        over: '1m',
        when: '> 100000',
      },
    ],
  });
  await server.start();
  const file = join(server.folder, 'scenario.yml');
  writeFileSync(file, JSON.stringify(scenario(server.ports.lumberjack)));
  await promisify(execFile)(process.execPath, [main, 'generate', '--scenario', file, '--fast']);
  const allIsIndexed = async () => {
    await ask('POST', '/_refresh');
    expect(await count('alerts', 'alert.severity:critical')).toBeGreaterThan(0);
    expect(await count('metrics-logboom.windows-*', 'rule.name:requests')).toBeGreaterThan(10);
    expect(await count('logs-*', '*')).toBeGreaterThan(4_000);
  };
  // Ten minutes of three streams go through the whole server at once.
  await eventually(allIsIndexed, { timeout: 60_000 });
  for (const view of views) fields.set(view.id, await fieldsOf(view.title).catch(() => []));
});
afterAll(() => server.end());

describe('panels over what logboom generates', () => {
  it.each(panels.map((panel) => [`${panel.dashboard}: ${panel.title}`, panel] as const))(
    '%s shows something',
    async (_, { dashboard, title, lens, view, query }) => {
      const { columns } = lens!;
      const chart = { dashboard, title, view: view!, query: query!, columns };
      const search = searchOf(chart, fields.get(view!)!);
      const pattern = views.find(({ id }) => id === view)!.title;
      const { status, body } = await ask('POST', `/${pattern}/_search`, search);
      expect([status, body.error]).toEqual([200, undefined]);
      expect(showsSomething(body.aggregations, columns), JSON.stringify(body).slice(0, 500)).toBe(true);
    },
  );

  it('are most of them', () => expect(panels.length).toBeGreaterThan(40));
});
