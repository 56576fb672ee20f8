import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { parsers } from '../../src/config/schema/parsers.ts';
import { EventReader } from '../../src/parsers/event.ts';
import { parsingTelemetry } from '../../src/telemetry/components/parsing.ts';
import { silentInstruments } from '../../src/telemetry/metrics.ts';
import { batch, blockOf, filebeatEvent, readEvent, type Settings } from '../support/events.ts';

const access = '::1 - - [28/May/2026:20:26:40 +0000] "GET / HTTP/1.1" 200 1';
const json = '{"level":"info","msg":"x"}';
const nginx = { event: { dataset: 'nginx.access' } };

/** How a line was read. */
function formatOf(line: string, more: object, settings: Settings): string {
  const event = readEvent(filebeatEvent(line, more), settings);
  if (event.parseFailure !== undefined) return 'failed';
  if (event.get('http.response.status_code') !== undefined) return 'access';
  return event.get('log.level') === undefined ? 'left' : 'json';
}

describe('the format of a line', () => {
  it.each<[string, string, object, Settings, string]>([
    ['is found by trying', access, {}, {}, 'access'],
    ['is found by trying', json, {}, {}, 'json'],
    ['is none for plain text', 'Started.', {}, {}, 'left'],
    ['is none for an empty line', '', {}, {}, 'left'],
    ['is none for text with a bracket', 'x y z [info] done', {}, {}, 'left'],
    ['follows event.dataset', access, nginx, {}, 'access'],
    ['follows a dotted event.dataset', access, { 'event.dataset': 'apache.access' }, {}, 'access'],
    ['follows event.dataset, and fails', 'Started.', nginx, {}, 'failed'],
    [
      'follows fileset and module, and fails',
      'Started.',
      { event: { module: 'nginx' }, fileset: { name: 'access' } },
      {},
      'failed',
    ],
    [
      'follows fileset alone, as old Filebeats send it',
      'Started.',
      { fileset: { name: 'access', module: 'apache' } },
      {},
      'failed',
    ],
    ['is JSON under the name of an access log, too', json, nginx, {}, 'json'],
    ['is none for another dataset', 'Started.', { event: { dataset: 'shop.jobs' } }, {}, 'left'],
    [
      'follows event.dataset of an error log, and fails',
      'Started.',
      { event: { dataset: 'nginx.error' } },
      {},
      'failed',
    ],
    [
      'follows configuration by dataset',
      'Started.',
      { event: { dataset: 'app' } },
      { byDataset: { app: 'json' } },
      'failed',
    ],
    [
      'follows configuration by dataset before all',
      access,
      nginx,
      { byDataset: { 'nginx.access': 'none' } },
      'left',
    ],
    [
      'may be looked for although the default is none',
      access,
      nginx,
      { default: 'none', byDataset: { 'nginx.access': 'auto' } },
      'access',
    ],
    ['is left alone where configuration says so', access, {}, { default: 'none' }, 'left'],
    ['follows the default', json, {}, { default: 'access' }, 'failed'],
    ['cannot be that of an object’s prototype', access, { event: { dataset: 'constructor' } }, {}, 'access'],
  ])('%s: %s', (_, line, more, settings, format) => {
    expect(formatOf(line, more, settings)).toBe(format);
  });

  it.each([
    '2026-01-01T10:00:00Z ERROR shop: order 7 failed',
    'Jan  1 10:00:00 WARN shop[12]: order 7 is late',
  ])('takes no level for the host of syslog: %s', (line) => {
    const event = readEvent(filebeatEvent(line));
    expect(event.choice().format?.name).toBe('generic');
    expect(event.get('log.level')).toMatch(/error|warn/i);
    expect(event.get('host.hostname')).toBeUndefined();
  });

  it('does not depend on the lines before it', () => {
    const reader = new EventReader({ parsers: parsers.parse(undefined), time: { zone: 'UTC' } });
    const lines = [access, json, 'Started.', access, json];
    reader.open(blockOf(...lines.map((message) => JSON.stringify({ message }))), batch);
    for (const line of lines) {
      const event = reader.next()!;
      expect(event.get('http.response.status_code')).toBe(line === access ? 200 : undefined);
      expect(event.get('log.level')).toBe(line === json ? 'info' : undefined);
    }
  });

  it('that is recognised and then breaks off is tagged, but keeps the line’s time', () => {
    const event = readEvent(filebeatEvent(access.slice(0, -6)));
    expect(event.get('tags')).toEqual(['_parsefailure']);
    expect(event.get('@timestamp')).toBe('2026-05-28T20:26:40.000Z');
  });
});

describe('the dataset', () => {
  it.each([
    [nginx, 'nginx.access'],
    [{ data_stream: { dataset: 'app' } }, 'app'],
    [{ fileset: { name: 'error', module: 'apache' } }, 'apache.error'],
    [{ event: { dataset: '' } }, 'generic'],
    [{ event: { dataset: 7 } }, 'generic'],
    [{}, 'generic'],
  ])('of %j is %s', (more, dataset) => {
    expect(readEvent(filebeatEvent('x', more)).dataset).toBe(dataset);
  });
});

describe('failures', () => {
  it('are counted when the document is made, once', async () => {
    const metrics = new Registry();
    const telemetry = parsingTelemetry({ ...silentInstruments(), metrics });
    const reader = new EventReader({
      parsers: parsers.parse({ default: 'access' }),
      time: { zone: 'UTC' },
      telemetry,
    });
    reader.open(blockOf('{"message":"x"}', JSON.stringify({ message: access })), batch);
    for (let event = reader.next(); event; event = reader.next()) {
      event.get('tags');
      event.document();
    }
    const text = await metrics.metrics();
    expect(text).toMatch(/^logboom_parse_failures_total 1$/m);
    expect(text).toMatch(/^logboom_timestamp_failures_total 1$/m);
  });
});
