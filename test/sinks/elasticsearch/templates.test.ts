import { Client } from '@elastic/elasticsearch';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bodyOf } from '../../../src/sinks/elasticsearch/templates/template.ts';
import { installTemplates, templatesFor } from '../../../src/sinks/elasticsearch/templates.ts';
import { type FakeElasticsearch, startFakeElasticsearch } from '../support/fake-elasticsearch.ts';
import { items, testSink } from '../support/sink.ts';

let server: FakeElasticsearch;
let client: Client;
const templates = templatesFor({ alerts: 'alerts' });
const names = templates.map(({ name }) => name);
const refused = (status: number, type: string) => ({ status, body: { error: { type, reason: 'because' } } });

beforeEach(async () => {
  server = await startFakeElasticsearch();
  client = new Client({ node: server.url, maxRetries: 0 });
});
afterEach(async () => {
  await client.close();
  await server.close();
});

describe('the templates', () => {
  it('are above the built-in ones for our streams and below them for everyone’s', () => {
    const byPattern = Object.fromEntries(
      templates.map(({ patterns, priority }) => [patterns.join(), priority]),
    );
    expect(byPattern).toEqual({
      alerts: 200,
      'logs-logboom.alerts-*': 200,
      'metrics-logboom.windows-*': 200,
      'logs-logboom.deadletters-*': 200,
      'metrics-logboom.server-*': 200,
      'logs-*-*': 50,
    });
  });

  it('make data streams of all but the index of episodes, which are updated in place', () => {
    expect(templates.filter(({ dataStream }) => !dataStream).map(({ name }) => name)).toEqual([
      'logboom-alerts',
    ]);
  });

  it('say who installed them, in which version', () => {
    for (const template of templates)
      expect(bodyOf(template, true)).toMatchObject({
        _meta: { managed_by: 'logboom', version: template.version },
      });
  });

  it('use only field types that every distribution has', () => {
    const text = JSON.stringify(templates.map((template) => bodyOf(template, true)));
    const types = new Set([...text.matchAll(/"type":"(\w+)"/g)].map((match) => match[1]));
    const everywhere = ['keyword', 'text', 'date', 'long', 'double', 'ip', 'boolean', 'object'];
    expect([...types].filter((type) => !everywhere.includes(type!))).toEqual([]);
  });
});

describe('installing', () => {
  it('puts all of them where there are none', async () => {
    expect(await installTemplates(client, templates)).toEqual({ installed: names, kept: [], missing: [] });
    expect([...server.templates.keys()]).toEqual(names);
  });

  it.each([
    [
      'of the same version, whatever was changed in it',
      { managed_by: 'logboom', version: 1 },
      /version 1 is there/,
    ],
    ['of a newer version', { managed_by: 'logboom', version: 9 }, /version 9 is there, newer than 1/],
    ['that someone else made', { version: 0 }, /not made by logboom/],
    ['without any marks', undefined, /not made by logboom/],
  ])('leaves one %s', async (_, meta, reason) => {
    const theirs = { index_patterns: ['alerts'], _meta: meta };
    server.templates.set('logboom-alerts', theirs);
    const { installed, kept } = await installTemplates(client, templates);
    expect(installed).toEqual(names.slice(1));
    expect(kept).toHaveLength(1);
    expect(kept[0]).toMatch(reason);
    expect(server.templates.get('logboom-alerts')).toBe(theirs);
  });

  it('replaces an older one of ours and says so', async () => {
    server.templates.set('logboom-alerts', { _meta: { managed_by: 'logboom', version: 0 } });
    const { installed } = await installTemplates(client, templates);
    expect(installed[0]).toBe('logboom-alerts (in place of version 0)');
  });

  it('names what is missing where a right is, and goes on with the others', async () => {
    server.onOther = ({ method, path }) =>
      method === 'PUT' && path.includes('events') ? refused(403, 'security_exception') : undefined;
    const { installed, missing } = await installTemplates(client, templates);
    expect(installed).toEqual(names.slice(0, -1));
    expect(missing).toHaveLength(1);
    expect(missing[0]).toMatch(/^logboom-events: .*security_exception.*manage_index_templates/);
  });

  it('does without what an older server does not know', async () => {
    server.onOther = ({ method, body }) =>
      method === 'PUT' && body.includes('"lifecycle"')
        ? refused(400, 'x_content_parse_exception')
        : undefined;
    const { missing } = await installTemplates(client, templates.slice(1));
    expect(missing).toEqual([]);
    expect(server.templates.get('logboom-events')).not.toHaveProperty('template.lifecycle');
    expect(server.templates.get('logboom-events')).toHaveProperty('template.mappings.properties.source');
  });

  it('rejects where the server cannot be asked now', async () => {
    server.onOther = () => ({ status: 503 });
    await expect(installTemplates(client, templates)).rejects.toThrow();
  });
});

describe('a sink at its start', () => {
  it('sends no document before the templates are there, for the first one decides what the index is', async () => {
    const { sink } = testSink({ hosts: [server.url], index: { installTemplates: true } });
    await sink.deliver(items(1));
    const order = server.requests.map(({ method, path }) => `${method} ${path.split('?')[0]}`);
    expect(order.at(-1)).toBe('POST /_bulk');
    expect(order.filter((request) => request.startsWith('PUT /_index_template'))).toHaveLength(
      templates.length,
    );
    await sink.close();
  });

  it('tries again while the server is down, and delivers afterwards', async () => {
    let failures = 3;
    server.onOther = () => (failures-- > 0 ? { status: 503 } : undefined);
    const { sink, pauses } = testSink({ hosts: [server.url], index: { installTemplates: true } });
    expect(sink.status().state).toBe('preparing');
    expect(await sink.deliver(items(2))).toMatchObject({ indexed: 2 });
    expect(pauses).toEqual([1_000, 2_000, 4_000]);
    expect(server.templates.size).toBe(templates.length);
    await sink.close();
  });

  it('goes on without them where they are refused, and its status and log say so', async () => {
    server.onOther = () => refused(403, 'security_exception');
    const { sink, log } = testSink({ hosts: [server.url], index: { installTemplates: true } });
    expect(await sink.deliver(items(2))).toMatchObject({ indexed: 2 });
    expect(sink.status().missingTemplates).toHaveLength(templates.length);
    expect(log.filter(({ msg }) => msg.includes('not installed'))).toHaveLength(templates.length);
    await sink.close();
  });

  it('can be closed while it waits for the server', async () => {
    server.onOther = () => 'never';
    const { sink } = testSink({ hosts: [server.url], index: { installTemplates: true } });
    const delivery = sink.deliver(items(1));
    delivery.catch(() => undefined);
    await sink.close();
    await expect(delivery).rejects.toMatchObject({ code: 'SINK_CLOSED' });
  });
});
