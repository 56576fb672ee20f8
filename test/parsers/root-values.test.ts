import { describe, expect, it } from 'vitest';
import { objectRoots } from '../../src/events/repair.ts';
import { filebeatEvent, readEvent } from '../support/events.ts';

const documentOf = (event: object) => JSON.parse(readEvent(event).document());

/** As Filebeat 6.8 sends it. */
const filebeat6 = {
  '@timestamp': '2026-11-20T06:30:00.000Z',
  '@metadata': { beat: 'filebeat', type: 'doc', version: '6.8.23' },
  message: 'Started.',
  source: '/var/log/app.log',
  offset: 100,
  prospector: { type: 'log' },
  input: { type: 'log' },
  beat: { name: 'vm', hostname: 'vm.example', version: '6.8.23' },
  host: { name: 'vm' },
};

describe('an event of an old Filebeat', () => {
  it('has its path, offset and sender where newer ones have them', () => {
    const event = readEvent(filebeat6);
    expect(event.get('log.file.path')).toBe('/var/log/app.log');
    expect(event.source).toBe('vm /var/log/app.log');
    expect(JSON.parse(event.document())).toMatchObject({
      log: { file: { path: '/var/log/app.log' }, offset: 100 },
      agent: { type: 'filebeat', name: 'vm', hostname: 'vm.example', version: '6.8.23' },
      host: { name: 'vm' },
      input: { type: 'log' },
    });
    expect(documentOf(filebeat6)).not.toHaveProperty('source');
    expect(documentOf(filebeat6)).not.toHaveProperty('beat');
  });

  it('has the host of Filebeat 5 in host.name', () => {
    const { host: _, ...rest } = filebeat6;
    expect(documentOf({ ...rest, host: 'vm5', type: 'log', input_type: 'log' }).host).toEqual({
      name: 'vm5',
    });
  });

  it('is parsed as one of a newer Filebeat is', () => {
    const line = '203.0.113.9 - - [20/Nov/2026:10:00:00 +0000] "GET /x HTTP/1.1" 200 32';
    const document = documentOf({ ...filebeat6, message: line });
    expect(document.source).toEqual({ address: '203.0.113.9', ip: '203.0.113.9' });
    expect(document.log.file.path).toBe('/var/log/app.log');
  });
});

describe('a plain value at the top level where ECS has an object', () => {
  it.each(objectRoots)('is moved from %s, wherever it stands', (name) => {
    const alone = JSON.stringify(documentOf({ message: 'x', [name]: 'text' })[name] ?? null);
    expect(alone).not.toBe('"text"');
    for (const event of [
      { [name]: 'text', message: 'x' },
      { m1: 1, message: 'x', [name]: 'text' },
    ])
      expect(JSON.stringify(documentOf(event)[name] ?? null)).toBe(alone);
  });

  it.each([
    ['host', 'vm', { host: { name: 'vm' } }],
    ['source', '192.0.2.1', { source: { address: '192.0.2.1' } }],
    ['error', 'boom', { error: { message: 'boom' } }],
    ['url', '/a', { url: { original: '/a' } }],
    ['user', 'bob', { user: { name: 'bob' } }],
    ['event', 'login', { event: { action: 'login' } }],
    ['ecs', '1.0', { labels: { ecs: '1.0' } }],
    ['data_stream', 'x', { labels: { data_stream: 'x' } }],
    ['kubernetes', 'yes', { labels: { kubernetes: 'yes' } }],
    ['labels', 'a,b', { labels: { labels: 'a,b' } }],
    ['tls', true, { labels: { tls: 'true' } }],
    ['error', 7, { error: { message: 7 } }],
  ])('%s: %j is moved', (key, value, expected) => {
    expect(documentOf({ '@timestamp': '2026-11-20T10:00:00Z', message: 'm', [key]: value })).toMatchObject(
      expected,
    );
  });

  it('gives way to a field that the event has', () => {
    expect(documentOf({ message: 'm', host: 'vm', 'host.name': 'other' })).toMatchObject({
      labels: { host: 'vm' },
    });
  });

  it('is the message where Fluent Bit sends the line as log', () => {
    expect(documentOf({ log: 'Started.', stream: 'stdout' })).toMatchObject({
      message: 'Started.',
      stream: 'stdout',
    });
    expect(documentOf({ log: 'x', message: 'm' })).toMatchObject({ message: 'm', labels: { log: 'x' } });
  });

  it.each(objectRoots)('leaves an object or nothing under %s', (key) => {
    const document = documentOf({ message: 'm', '@timestamp': '2026-11-20T10:00:00Z', [key]: 'text' });
    expect(document[key] === undefined || typeof document[key] === 'object').toBe(true);
    expect(JSON.stringify(document)).toContain('"text"');
  });

  it('changes nothing of an event that has none', () => {
    const { '@metadata': _, ...sent } = filebeatEvent('x');
    expect(documentOf(filebeatEvent('x'))).toMatchObject(sent);
  });
});
