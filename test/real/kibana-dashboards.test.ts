import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../src/generator/client.ts';
import { type Views, viewsOf } from '../../src/kibana/data-views.ts';
import { savedObjects } from '../../src/kibana/objects.ts';
import { accessLines } from './support/access-lines.ts';
import { kibanaDsl, type ViewField } from './support/kibana.ts';
import { type LensPanel, searchOf, showsSomething } from './support/lens.ts';
import { type RealLogboom, startLogboom } from './support/logboom.ts';
import { eventually, type RealElasticsearch, startElasticsearch } from './support/peers.ts';

/** What the lines of this test have nothing of. */
const empty = new Set([
  'New: found by rules of the kind new-term',
  'Requests to Elasticsearch that failed',
  // There is no database of places; test/parsers tests what one gives.
  ...['By country', 'By city', 'By network', 'Failed logins by country'],
]);

/** Fields of data views that Painless computes, which this distribution lacks; test/real/kibana-section.test.ts computes them. */
const computed = new Set(
  Object.values(viewsOf()).flatMap(({ runtimeFields = {} }) => Object.keys(runtimeFields)),
);
const isAsked = ({ title, columns }: LensPanel) =>
  !empty.has(title) && !Object.values(columns).some(({ sourceField = '' }) => computed.has(sourceField));

const views = Object.values(viewsOf());
let elasticsearch: RealElasticsearch;
let logboom: RealLogboom;
const fields = new Map<string, ViewField[]>();

beforeAll(async () => {
  elasticsearch = await startElasticsearch('9');
  logboom = await startLogboom({
    elasticsearch: { hosts: [elasticsearch.url] },
    indexing: { serverMetrics: '500ms' },
    statistics: { documents: '2s' },
    parsers: { enrich: { userAgent: true, addressScopes: true } },
    rules: [
      {
        name: 'bursts',
        where: 'http.response.status_code : *',
        by: ['host.name'],
        over: '1m',
        when: '>= 20',
        severity: 'high',
      },
      { name: 'errors', where: 'log.level : error', over: '1m', when: '>= 1' },
    ] as object,
  });
  await ship();
  await eventually('everything is in the index', async () => {
    return (
      (await count('alerts', 'alert.status:inactive')) > 1 &&
      // The one of its own about dead letters is open from when logboom has looked at itself.
      (await count('alerts', 'alert.status:(active OR recovering)')) > 0 &&
      (await count('metrics-logboom.server-*')) > 3 &&
      (await count('metrics-logboom.stats-*')) > 0 &&
      (await count('logs-logboom.deadletters-*')) > 0
    );
  });
  for (const view of views) fields.set(view.id, await fieldsOf(view.title));
});
afterAll(async () => {
  await logboom?.stop();
  await logboom?.discard();
  await elasticsearch?.stop();
});

async function ship(): Promise<void> {
  const [host, port] = logboom.lumberjack.split(':') as [string, string];
  const client = await connect({ host, port: Number(port) });
  const access = accessLines().map(({ message }, number) => ({
    message,
    event: { dataset: 'apache.access', duration: (number % 7) * 1_000_000 },
    service: { name: 'shop' },
    host: { name: `web-${number % 3}` },
  }));
  const errors = Array.from({ length: 30 }, (_, number) => ({
    '@timestamp': new Date(Date.parse('2015-05-20T12:00:00Z') + number * 10_000).toISOString(),
    message: 'payment failed',
    event: { dataset: 'shop.log' },
    log: { level: 'error' },
    error: { type: 'PaymentError', message: 'declined' },
    service: { name: 'shop' },
    host: { name: 'web-1' },
  }));
  const events = [...access.slice(0, 9_000), ...errors, ...logins, ...access.slice(9_000)].map((event) =>
    JSON.stringify(event),
  );
  for (let at = 0; at < events.length; at += 1_000) await client.send(events.slice(at, at + 1_000));
  await client.send([
    'this is no document',
    JSON.stringify({ '@timestamp': '2015-05-22T12:00:00Z', message: 'later' }),
  ]);
  client.close();
}

/** Lines of syslog, as rsyslog sends them. */
const logins = [
  ['38', 'sshd', 'Failed password for invalid user admin from 192.0.2.7 port 4711 ssh2'],
  ['38', 'sshd', 'Accepted publickey for deploy from 10.0.0.3 port 4712 ssh2'],
  ['85', 'sudo', 'deploy : TTY=pts/0 ; PWD=/srv ; USER=root ; COMMAND=/usr/bin/systemctl restart shop'],
  ['86', 'sshd', 'pam_unix(sshd:session): session opened for user deploy(uid=1000) by (uid=0)'],
  ['3', 'kernel', 'Out of memory: Killed process 4711 (shop)'],
].map(([priority, program, text], number) => ({
  '@timestamp': new Date(Date.parse('2015-05-20T12:10:00Z') + number * 1_000).toISOString(),
  message: `<${priority}>1 2015-05-20T12:10:0${number}Z web-1 ${program} 4711 - - ${text}`,
  event: { dataset: 'system.syslog' },
}));

async function count(pattern: string, query = '*'): Promise<number> {
  await elasticsearch.request('POST', `/${pattern}/_refresh`);
  const path = `/${pattern}/_count?q=${encodeURIComponent(query)}`;
  const { status, body } = await elasticsearch.request('GET', path);
  return status === 200 ? body.count : 0;
}

async function fieldsOf(pattern: string): Promise<ViewField[]> {
  const { body } = await elasticsearch.request('GET', `/${pattern}/_field_caps?fields=*`);
  return Object.entries(body.fields as Record<string, Record<string, { metadata_field: boolean }>>).flatMap(
    ([name, types]) => {
      const [type, { metadata_field: isOwn }] = Object.entries(types)[0]!;
      return isOwn || type === 'object' ? [] : [{ name, type }];
    },
  );
}

const titleOf = (id: string) => views.find((view) => view.id === id)!.title;

const panels = savedObjects()
  .filter(({ type }) => type === 'dashboard')
  .flatMap(({ attributes }) =>
    JSON.parse(attributes.panelsJSON as string)
      .filter(({ type }: { type: string }) => type === 'lens')
      .map(
        ({ title, embeddableConfig: { attributes: chart } }: Embedded): LensPanel => ({
          dashboard: attributes.title as string,
          title,
          view: chart.references[0]!.id,
          query: chart.state.query.query,
          columns: chart.state.datasourceStates.formBased.layers.layer!.columns,
        }),
      ),
  ) as LensPanel[];

interface Embedded {
  title: string;
  embeddableConfig: {
    attributes: {
      references: { id: string }[];
      state: {
        query: { query: string };
        datasourceStates: { formBased: { layers: Record<string, { columns: LensPanel['columns'] }> } };
      };
    };
  };
}

describe('the dashboards over what logboom writes into a real Elasticsearch', () => {
  it.each(panels.filter(isAsked).map((panel) => [panel.dashboard, panel.title, panel] as const))(
    '%s: %s shows something',
    async (_, __, panel) => {
      const search = searchOf(panel, fields.get(panel.view)!);
      const { status, body } = await elasticsearch.request('POST', `/${titleOf(panel.view)}/_search`, search);
      expect([status, body.error]).toEqual([200, undefined]);
      expect(
        showsSomething(body.aggregations, panel.columns),
        JSON.stringify(body.aggregations).slice(0, 500),
      ).toBe(true);
    },
  );

  it.each(['Traffic', 'Errors', 'Alerts', 'Rules', 'Clients', 'Logins and sudo', 'Syslog', 'logboom itself'])(
    '%s is among them',
    (name) => {
      const asked = panels.filter(({ dashboard }) => dashboard === `logboom: ${name}`).filter(isAsked);
      expect(asked.length).toBeGreaterThan(4);
    },
  );

  it('the marks of alerts in charts are there', async () => {
    const query = kibanaDsl('alert.to : active', fields.get('logboom-transitions')!);
    const body = { size: 1, query, _source: ['rule.name', 'alert.severity'] };
    const answer = await elasticsearch.request('POST', `/${viewsOf().transitions.title}/_search`, body);
    expect(answer.body.hits.hits[0]._source).toMatchObject({
      rule: { name: expect.any(String) },
      alert: { severity: expect.any(String) },
    });
  });

  it('the value of a rule and its threshold are in one document', async () => {
    const query = kibanaDsl('window.threshold > 0 and rule.name : bursts', fields.get('logboom-windows')!);
    const answer = await elasticsearch.request('POST', `/${viewsOf().windows.title}/_search`, {
      query,
      size: 1,
    });
    expect(answer.body.hits.hits[0]._source.window).toMatchObject({
      threshold: 20,
      value: expect.any(Number),
    });
  });

  it.each(Object.keys(viewsOf()) as (keyof Views)[])('the data view of %s finds documents', async (name) => {
    expect(await count(viewsOf()[name].title)).toBeGreaterThan(0);
  });
});
