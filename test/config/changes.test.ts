import { describe, expect, it } from 'vitest';
import { changesBetween } from '../../src/config/changes.ts';
import { type ConfigInput, schema } from '../../src/config/schema/schema.ts';

const changes = (from: ConfigInput, to: ConfigInput) => changesBetween(schema.parse(from), schema.parse(to));
const remote = (more: object = {}) => ({ elasticsearch: { hosts: ['http://a:9200'], ...more } });
const logstash = (more: object = {}) => ({ forward: { hosts: ['logs:5044'], ...more } });
const counted = { rules: [{ name: 'counted', over: '1s' }] };

describe('what a reload changes', () => {
  it.each<[string, ConfigInput, ConfigInput, string[], string[]]>([
    ['a rule', {}, counted, ['analysis'], []],
    ['links', {}, { kibana: { space: 'ops' } }, ['analysis'], ['kibana.space']],
    [
      'a notifier',
      {},
      { notifiers: { ops: { kind: 'log' } } },
      ['notifiers', 'selfMonitoring', 'streams'],
      [],
    ],
    [
      'an own alert',
      {},
      { selfMonitoring: { sinkDown: '5m' } },
      ['selfMonitoring'],
      ['selfMonitoring.sinkDown'],
    ],
    ['a Logstash that comes', {}, logstash(), ['forwarding', 'selfMonitoring'], ['forward']],
    ['a Logstash that goes', logstash(), {}, ['forwarding', 'selfMonitoring'], ['forward']],
    [
      'another Logstash',
      logstash(),
      logstash({ worker: 2 }),
      ['forwarding', 'selfMonitoring'],
      ['forward.worker'],
    ],
    ['a parser', {}, { parsers: { default: 'json' } }, ['analysis', 'indexing', 'gate'], ['parsers.default']],
    [
      'processors',
      {},
      { processors: [{ kind: 'drop', if: 'a : 1' }] },
      ['analysis', 'indexing', 'gate'],
      ['processors'],
    ],
    ['event time', {}, { time: { zone: 'Europe/Berlin' } }, ['analysis', 'indexing', 'gate'], ['time.zone']],
    ['bulk requests', {}, { indexing: { maxBulkItems: 7 } }, ['indexing'], ['indexing.maxBulkItems']],
    [
      'a password',
      remote({ api_key: 'one' }),
      remote({ api_key: 'two' }),
      ['indexing'],
      ['elasticsearch.api_key'],
    ],
    ['hosts', remote(), remote({ hosts: ['http://b:9200'] }), ['indexing'], ['elasticsearch.hosts']],
    ['what the store keeps', {}, { store: { keepAge: '1d' } }, ['store'], ['store.keepAge']],
    ['the level of the log', {}, { log: { level: 'debug' } }, ['log'], ['log.level']],
    [
      'a stream',
      {},
      { streams: { all: { notifier: 'log' } } },
      ['analysis', 'selfMonitoring', 'streams'],
      ['streams.all'],
    ],
    ['a report', {}, { reports: { daily: {} } }, ['reports'], ['reports.daily']],
    ['the watch', {}, { reload: { watch: true } }, ['watch'], ['reload.watch']],
  ])('%s, at once', (_, from, to, parts, settings) => {
    const { config, needsRestart, ...found } = changes(from, to);
    expect(found).toEqual({ parts, settings });
    expect(needsRestart).toEqual([]);
    expect(config).toEqual(schema.parse(to));
  });

  it.each<[string, ConfigInput, ConfigInput, string]>([
    ['the data folder', {}, { data: 'elsewhere' }, 'data'],
    ['a listener', {}, { inputs: { lumberjack: { port: 5045 } } }, 'inputs.lumberjack.port'],
    ['the journal', {}, { journal: { maxSize: '1gb' } }, 'journal.maxSize'],
    ['the API', {}, { api: { token: 'a-new-token' } }, 'api.token'],
    ['the embedded store', {}, { store: { port: 9201 } }, 'store.port'],
    ['the store for Elasticsearch', {}, remote(), 'elasticsearch'],
    ['Elasticsearch for the store', remote(), {}, 'elasticsearch'],
    ['how the log is written', {}, { log: { format: 'json' } }, 'log.format'],
  ])('%s, not before a restart', (_, from, to, setting) => {
    const found = changes(from, to);
    expect(found).toMatchObject({ parts: [], settings: [], needsRestart: [setting] });
    expect(found.config).toEqual(schema.parse(from));
  });

  it('each for itself: what needs a restart does not hold up the rest', () => {
    const found = changes({}, { ...counted, data: 'elsewhere' });
    expect(found).toMatchObject({ parts: ['analysis'], needsRestart: ['data'] });
    expect(found.config).toEqual(schema.parse({ ...counted, data: './data' }));
  });

  it('and nothing where nothing changed', () => {
    expect(changes(counted, counted)).toMatchObject({ parts: [], settings: [], needsRestart: [] });
  });
});
