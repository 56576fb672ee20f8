import { describe, expect, it } from 'vitest';
import { schema } from '../../src/config/schema/schema.ts';
import type { FieldValue } from '../../src/model.ts';
import { createIndexNames, type Named } from '../../src/readers/index-name.ts';

const event = (
  fields: Record<string, FieldValue>,
  metadata: Record<string, FieldValue> = {},
  time = '2026-01-02T03:04:05Z',
): Named => ({
  time: Date.parse(time),
  get: (field) => fields[field],
  has: (field) => field in fields,
  names: () => [],
  metadata: (name) => metadata[name],
});
const names = (indexing: Record<string, unknown> = {}) =>
  createIndexNames(schema.parse({ indexing }).indexing);

describe('the index of an event', () => {
  it('is the data stream of its dataset', () => {
    expect(names()(event({ 'event.dataset': 'nginx.access' }))).toEqual({
      action: 'create',
      index: 'logs-nginx.access-default',
      stream: { type: 'logs', dataset: 'nginx.access', namespace: 'default' },
    });
  });

  it('is the generic data stream where the event names no dataset', () => {
    expect(names()(event({})).index).toBe('logs-generic-default');
    expect(names({ dataset: 'app', namespace: 'prod' })(event({})).index).toBe('logs-app-prod');
  });

  it('follows data_stream fields before event.dataset', () => {
    const fields = { 'data_stream.dataset': 'shop', 'data_stream.namespace': 'eu', 'event.dataset': 'x' };
    expect(names()(event(fields)).index).toBe('logs-shop-eu');
  });

  it.each([
    ['metrics', 'metrics-shop-default'],
    ['synthetics', 'synthetics-shop-default'],
    ['alerts', 'logs-shop-default'],
  ])('is of the type that the event says, if Elastic knows it: %s', (type, index) => {
    const destination = names()(event({ 'data_stream.type': type, 'data_stream.dataset': 'shop' }));
    expect(destination.index).toBe(index);
    expect(destination.stream?.type).toBe(index.split('-')[0]);
  });

  it.each(['logboom.alerts', 'Logboom.alerts', '_logboom.alerts', '. .logboom.alerts', '+.logboom.alerts'])(
    'is never one of logboom’s own, whatever a sender says: %s',
    (dataset) => {
      expect(names()(event({ 'event.dataset': dataset })).index).toBe('logs-logboom_alerts-default');
      const metrics = { 'data_stream.type': 'metrics', 'data_stream.dataset': dataset };
      expect(names()(event(metrics)).index).toBe('metrics-logboom_alerts-default');
    },
  );

  it.each([
    ['My-App', 'logs-my_app-default'],
    ['a b/c*d', 'logs-a_b_c_d-default'],
    ['..', 'logs-generic-default'],
    ['x'.repeat(300), `logs-${'x'.repeat(100)}-default`],
    ['größe'.repeat(40), `logs-${'größe'.repeat(14)}gr-default`],
  ])('holds no character that Elasticsearch refuses: %s', (dataset, index) => {
    expect(names()(event({ 'event.dataset': dataset })).index).toBe(index);
  });

  it.each([
    ['%{[@metadata][beat]}-%{+yyyy.MM.dd}', 'filebeat-2026.01.02'],
    ['app-%{service}', 'app-shop'],
    ['%{[host][name]}-%{+HH}', 'web-1-03'],
    ['weekly-%{+xxxx.ww}', 'weekly-2026.01'],
    ['fixed', 'fixed'],
    ['x-%{nothing}', 'x-%{nothing}'],
    ['x-%{+yy.M.d}', 'x-26.1.2'],
    ['x-%{+YYYY.DDD}', 'x-2026.002'],
    ["x-%{+yyyy'w'ww.e-HHmmss}", 'x-2026w01.5-030405'],
    ['%{[@metadata.beat]}', 'filebeat'],
    ['%{[host.name]}', 'web-1'],
    ['x-%{[app]:none}-%{[service]:none}', 'x-none-shop'],
    ['%{hidden}', 'kibana'],
    ['.own-%{service}', '.own-shop'],
    ['%{long}', 'é'.repeat(100)],
    ['%{long}-%{+yyyy.MM.dd}', `${'é'.repeat(94)}-2026.01.02`],
    ['%{service}-%{long}-%{long}-%{+yyyy}', `shop-${'é'.repeat(47)}-${'é'.repeat(47)}-2026`],
  ])('is written by a pattern: %s', (index, expected) => {
    const fields = {
      ...{ service: 'shop', 'host.name': 'web-1', hidden: '.kibana', long: 'é'.repeat(300) },
    };
    const destination = names({ index })(event(fields, { beat: 'filebeat' }));
    expect(destination).toEqual({ action: 'create', index: expected, stream: undefined });
  });

  it('counts weeks as ISO 8601 does', () => {
    const weekly = names({ index: '%{+xxxx.ww}' });
    expect(weekly(event({}, {}, '2027-01-01T00:00:00Z')).index).toBe('2026.53');
    expect(weekly(event({}, {}, '2024-12-30T00:00:00Z')).index).toBe('2025.01');
  });
});

describe('a data stream', () => {
  it('is the configured one for every event where auto-routing is off', () => {
    const fields = { 'data_stream.dataset': 'shop', 'event.dataset': 'x', 'data_stream.namespace': 'eu' };
    const fixed = names({ data_stream_auto_routing: false, dataset: 'app', namespace: 'prod' });
    expect(fixed(event(fields)).index).toBe('logs-app-prod');
  });
});

describe('what goes with a document', () => {
  const all = {
    index: 'app',
    action: 'index',
    document_id: '%{[trace][id]}-%{n}',
    routing: '%{[host][name]}',
    pipeline: '%{[@metadata][pipeline]}',
  };

  it('is filled from the event', () => {
    const fields = { 'trace.id': 'abc', n: 7, 'host.name': 'web-1' };
    expect(names(all)(event(fields, { pipeline: 'geoip' }))).toEqual({
      action: 'index',
      index: 'app',
      stream: undefined,
      id: 'abc-7',
      routing: 'web-1',
      pipeline: 'geoip',
    });
  });

  it('is left out where the event lacks a field of the pattern, or fills it with too much', () => {
    const fields = { 'trace.id': 'abc', 'host.name': 'x'.repeat(513) };
    expect(names(all)(event(fields))).toEqual({ action: 'index', index: 'app', stream: undefined });
  });

  it('may be the same for all', () => {
    expect(names({ pipeline: 'logs' })(event({}))).toMatchObject({ pipeline: 'logs', action: 'create' });
  });
});
