import { describe, expect, it } from 'vitest';
import { outputItem } from '../../src/alerts/documents.ts';
import { transitionOutput } from '../../src/alerts/notifications.ts';
import { schema } from '../../src/config/schema/schema.ts';
import type { Episode, Output, Transition, WindowResult } from '../../src/model.ts';
import { aNotification, anEpisode, aTransition } from '../support/rules/alerts.ts';

const config = schema.parse({ indexing: { namespace: 'prod', alerts: 'my-alerts' } });
const item = (output: Output) => outputItem(output, config)!;
const documentOf = (output: Output) => JSON.parse(String(item(output).document));

const episode = (changes: Partial<Episode> = {}): Output => ({
  kind: 'episode',
  episode: anEpisode(changes),
});
const transition = (changes: Partial<Transition> = {}): Output => ({
  kind: 'transition',
  transition: aTransition(changes),
});
const at = aTransition().at;
const window = (changes: Partial<WindowResult> = {}): Output => ({
  kind: 'window',
  window: {
    ...{ rule: 'burst', measure: 'count', group: 'web-1', by: { 'host.name': 'web-1' } },
    ...{ start: at, end: at + 10_000, value: 3, count: 3, ...changes },
  },
});

describe('an episode', () => {
  it('is written over itself in the index of alerts, newer revisions only', () => {
    expect(item(episode({ revision: 4 }))).toMatchObject({
      action: 'index',
      index: 'my-alerts',
      id: 'burst|web-1|1',
      version: 4 * 2 ** 16,
    });
  });

  it('is an alert in the words of ECS', () => {
    const samples = [
      { '@timestamp': '2026-01-02T03:04:04.000Z', message: 'GET /', host: 'web-1', offset: 17 },
    ];
    expect(
      documentOf(
        episode({
          end: at + 1500,
          updated: at + 1500,
          status: 'inactive',
          samples,
          labels: { team: 'web' },
          runbook: 'https://wiki',
          url: 'https://kibana',
        }),
      ),
    ).toEqual({
      '@timestamp': '2026-01-02T03:04:06.500Z',
      ecs: { version: '8.17.0' },
      message: 'web-1 served 7 requests',
      event: {
        kind: 'alert',
        severity: 73,
        id: 'burst|web-1|1',
        ...{ action: 'inactive', type: ['end'] },
        start: '2026-01-02T03:04:05.000Z',
        end: '2026-01-02T03:04:06.500Z',
        duration: 1_500_000_000,
      },
      rule: { id: 'burst', name: 'burst', reference: 'https://wiki' },
      related: { hosts: ['web-1'] },
      labels: { team: 'web' },
      window: { start: '2026-01-02T03:04:04.000Z', end: '2026-01-02T03:04:05.000Z' },
      host: { name: 'web-1' },
      alert: {
        ...{
          id: 'burst|web-1|1',
          status: 'inactive',
          severity: 'high',
          group: 'web-1',
          value: 7,
          peak: 7,
          count: 7,
        },
        ...{
          condition: '>= 5',
          threshold: 5,
          reason: 'count 7 is >= 5',
          flapping: false,
          revision: 1,
          late_count: 0,
        },
        ...{ url: 'https://kibana', samples },
      },
    });
  });

  it('tells how long it took to be detected, from its start in event time', () => {
    const detected = episode({ detected: Date.parse('2026-01-02T03:04:07.250Z') });
    expect(documentOf(detected).alert.time_to_detect).toBe(2_250_000_000);
    expect(documentOf(episode()).alert).not.toHaveProperty('time_to_detect');
  });

  it('has neither end nor duration while it is open', () => {
    expect(Object.keys(documentOf(episode()).event)).toEqual([
      'kind',
      'severity',
      'id',
      'action',
      'type',
      'start',
    ]);
  });

  it.each([
    ['>= 5', 5],
    ['< 2.5', 2.5],
    ['>= 7%', 0.07],
    ['== 1e3', 1000],
    ['outside 10..20', undefined],
    ['', undefined],
  ])('with the condition %j has the threshold %s', (condition, threshold) => {
    expect(documentOf(episode({ condition })).alert.threshold).toBe(threshold);
  });
});

describe('a transition', () => {
  it('is created in its data stream', () => {
    expect(item(transition())).toMatchObject({
      action: 'create',
      index: 'logs-logboom.alerts-prod',
      id: 'burst|web-1|1-1',
    });
    expect(documentOf(transition())).toEqual({
      '@timestamp': '2026-01-02T03:04:05.000Z',
      ecs: { version: '8.17.0' },
      data_stream: { type: 'logs', dataset: 'logboom.alerts', namespace: 'prod' },
      message: 'web-1 served 7 requests',
      event: {
        ...{ id: 'burst|web-1|1-1', kind: 'alert', severity: 73, dataset: 'logboom.alerts' },
        ...{ action: 'active', type: ['start'] },
      },
      related: { hosts: ['web-1'] },
      rule: { id: 'burst', name: 'burst' },
      window: { start: '2026-01-02T03:04:04.000Z', end: '2026-01-02T03:04:05.000Z' },
      host: { name: 'web-1' },
      alert: {
        ...{
          id: 'burst|web-1|1',
          episode: 'burst|web-1|1',
          status: 'active',
          from: 'inactive',
          to: 'active',
        },
        ...{
          severity: 'high',
          group: 'web-1',
          value: 7,
          count: 7,
          condition: '>= 5',
          threshold: 5,
          reason: 'count 7 is >= 5',
        },
      },
    });
  });
});

describe('a window', () => {
  it('is created in its data stream, at its start, under an id of rule, group and end', () => {
    expect(item(window())).toMatchObject({
      ...{
        action: 'create',
        index: 'metrics-logboom.windows-prod',
        id: 'burst~web-1~2026-01-02T03:04:15.000Z',
      },
    });
    expect(documentOf(window())).toEqual({
      '@timestamp': '2026-01-02T03:04:05.000Z',
      ecs: { version: '8.17.0' },
      data_stream: { type: 'metrics', dataset: 'logboom.windows', namespace: 'prod' },
      event: { kind: 'metric', dataset: 'logboom.windows' },
      rule: { id: 'burst', name: 'burst' },
      window: {
        ...{ start: '2026-01-02T03:04:05.000Z', end: '2026-01-02T03:04:15.000Z', over: 10_000 },
        ...{ count: 3, value: 3, measure: 'count', unit: 'event', group: 'web-1' },
      },
      host: { name: 'web-1' },
    });
  });

  it('has the number that its value is compared with, where there is one', () => {
    expect(documentOf(window({ threshold: 5 })).window.threshold).toBe(5);
    expect(documentOf(window()).window).not.toHaveProperty('threshold');
  });

  it('without anything to measure has no value', () => {
    expect(documentOf(window({ value: undefined })).window).not.toHaveProperty('value');
  });
});

describe('a transition with its context', () => {
  const samples = [{ '@timestamp': '2026-01-02T03:04:05.000Z', message: 'GET /' }];
  const shown = anEpisode({
    ...{ samples, omitted: 3, labels: { team: 'web' }, runbook: 'https://wiki', url: 'https://kibana' },
  });
  const notify = { send: true, reason: 'notified: it became active' };

  it('shows lines, labels, runbook, link, and who is notified', () => {
    const document = documentOf(transitionOutput(aTransition(), shown, notify, ['ops']));
    expect(document).toMatchObject({
      rule: { name: 'burst', reference: 'https://wiki' },
      labels: { team: 'web' },
      alert: {
        ...{ samples, samples_omitted: 3, url: 'https://kibana' },
        notification: { sent: true, reason: 'notified: it became active', notifiers: ['ops'] },
      },
    });
  });

  it('says why nobody is notified', () => {
    const held = { send: false, reason: 'not notified: cooldown of 5m' };
    expect(documentOf(transitionOutput(aTransition(), shown, held, ['ops'])).alert.notification).toEqual({
      ...{ sent: false, reason: 'not notified: cooldown of 5m' },
    });
  });

  it('has no empty fields', () => {
    const empty = anEpisode({ samples: [], omitted: 0, labels: {} });
    const { labels, alert } = documentOf(transitionOutput(aTransition(), empty));
    expect(labels).toBeUndefined();
    for (const name of ['samples', 'samples_omitted', 'url', 'notification'])
      expect(alert).not.toHaveProperty(name);
    expect(documentOf({ kind: 'episode', episode: empty }).alert).not.toHaveProperty('samples');
  });
});

describe('what there is nothing to say about', () => {
  const nothing = { group: '', by: {}, condition: '', reason: '', message: '' };
  const texts = (document: unknown) => leaves(document).map(([name, value]) => [name, value] as const);

  it.each([
    ['an open episode', episode({ ...nothing, value: undefined, peak: undefined, runbook: '' })],
    ['an episode that ended', episode({ ...nothing, end: at + 1000, labels: {}, samples: [] })],
    ['a transition', transition(nothing)],
    ['a transition with its context', transitionOutput(aTransition(nothing), anEpisode({ runbook: '' }))],
    ['a window', window({ ...nothing, measure: '', value: undefined })],
  ])('has no field in the document of %s', (_, output) => {
    const empty = texts(documentOf(output)).filter(
      ([, value]) => value === '' || value === null || (Array.isArray(value) && value.length === 0),
    );
    expect(empty).toEqual([]);
    expect(JSON.stringify(documentOf(output))).not.toContain('{}');
  });

  it.each([
    ['group', 'web-1'],
    ['condition', '>= 5'],
    ['reason', 'count 7 is >= 5'],
  ])('is not %s where there is one', (name, value) => {
    for (const output of [episode(), transition()]) expect(documentOf(output).alert[name]).toBe(value);
  });
});

describe('the fields of a group', () => {
  it.each<[Transition['by'], object]>([
    [
      { 'url.path': '/a', 'http.response.status_code': 404 },
      { url: { path: '/a' }, http: { response: { status_code: 404 } } },
    ],
    [{ user: 'ann', 'user.name': 'x' }, { user: 'ann' }],
    [
      { 'event.dataset': 'nginx.access', 'event.module': 'nginx' },
      { event: { dataset: 'logboom.alerts', module: 'nginx' } },
    ],
    [
      { '@timestamp': 'x', message: 'y' },
      { '@timestamp': '2026-01-02T03:04:05.000Z', message: 'web-1 served 7 requests' },
    ],
  ])('%j stand beside those of the document, which win', (by, expected) => {
    expect(documentOf(transition({ by }))).toMatchObject(expected);
  });

  it('reach no further than their document', () => {
    const labels = { team: 'web' };
    documentOf(episode({ labels, by: { 'labels.other': 'x', '__proto__.polluted': 'y', 'ecs.a': 'z' } }));
    expect(labels).toEqual({ team: 'web' });
    expect(({} as { polluted?: string }).polluted).toBeUndefined();
    expect(documentOf(episode({ by: {} })).ecs).toEqual({ version: '8.17.0' });
  });
});

describe('a message to people', () => {
  it('is no document', () => {
    expect(outputItem({ kind: 'notification', notification: aNotification('log') }, config)).toBeUndefined();
  });
});

/** Names and types of ECS 8.11 (generated/csv/fields.csv), as far as alerts use them. */
const ecs: Record<string, 'date' | 'keyword' | 'keyword[]' | 'long' | 'text'> = {
  '@timestamp': 'date',
  message: 'text',
  'ecs.version': 'keyword',
  'event.id': 'keyword',
  'event.kind': 'keyword',
  'event.action': 'keyword',
  'event.dataset': 'keyword',
  'event.type': 'keyword[]',
  'event.category': 'keyword[]',
  'event.created': 'date',
  'event.severity': 'long',
  'event.start': 'date',
  'event.end': 'date',
  'event.duration': 'long',
  'rule.id': 'keyword',
  'rule.name': 'keyword',
  'rule.version': 'keyword',
  'rule.reference': 'keyword',
  'related.hosts': 'keyword[]',
  'related.ip': 'keyword[]',
  'related.user': 'keyword[]',
  'host.name': 'keyword',
  'source.ip': 'keyword',
  'user.name': 'keyword',
  'data_stream.type': 'keyword',
  'data_stream.dataset': 'keyword',
  'data_stream.namespace': 'keyword',
};
const isOf = {
  date: (value: unknown) => typeof value === 'string' && new Date(value).toISOString() === value,
  keyword: (value: unknown) => typeof value === 'string' && value !== '',
  text: (value: unknown) => typeof value === 'string',
  long: (value: unknown) => Number.isSafeInteger(value),
  'keyword[]': (value: unknown) => Array.isArray(value) && value.length > 0 && value.every(isOf.keyword),
};
function leaves(value: unknown, path = ''): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[path, value]];
  return Object.entries(value).flatMap(([name, inner]) =>
    leaves(inner, path === '' ? name : `${path}.${name}`),
  );
}

describe('the documents of alerts', () => {
  const by = { 'host.name': 'web-1', 'source.ip': '10.0.0.1', 'user.name': 'ann' };
  const shown = {
    ...{ created: at, definition: { version: '0a1b', where: 'a: b', measure: 'count', recover: '< 2' } },
    samples: [
      { '@timestamp': '2026-01-02T03:04:05.000Z', message: 'GET /', category: 'web', ip: '10.0.0.2' },
    ],
  };
  const ended = { ...shown, by, end: at + 1000, runbook: 'https://wiki', labels: { team: 'web' } };

  it.each([
    ['an open episode', episode({ by: {} })],
    ['an episode that ended', episode(ended)],
    ['a transition', transition({ by })],
    ['a transition with its context', transitionOutput(aTransition({ by }), anEpisode(ended))],
    ['a window', window({ by })],
  ])('have the names and types of ECS beside their own: %s', (_, output) => {
    const own = /^(?:alert|window|labels)\./;
    const found = leaves(documentOf(output)).filter(([name]) => !own.test(name));
    for (const [name, value] of found) {
      expect(ecs, name).toHaveProperty([name]);
      expect(isOf[ecs[name]!](value), `${name}: ${JSON.stringify(value)}`).toBe(true);
    }
  });

  it.each([
    ['inactive', 'active', 'start'],
    ['pending', 'active', 'change'],
    ['active', 'inactive', 'end'],
  ] as const)('tell that from %s to %s an alert has its %s', (from, to, type) => {
    expect(documentOf(transition({ from, to })).event.type).toEqual([type]);
  });
});
