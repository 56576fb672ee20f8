import { describe, expect, it } from 'vitest';
import { filebeatEvent, readEvent } from '../support/events.ts';

const read = (line: unknown, more: object = {}) =>
  readEvent(filebeatEvent(typeof line === 'string' ? line : JSON.stringify(line), more));
const documentOf = (line: unknown, more: object = {}) => JSON.parse(read(line, more).document());

describe('a JSON line', () => {
  it('gives its fields, time, level and message', () => {
    const line = {
      ts: '2026-05-28T20:26:40.5Z',
      level: 'ERROR',
      msg: 'boom',
      order: { id: 7 },
      'http.status': 500,
    };
    const event = read(line);
    expect(event.get('@timestamp')).toBe('2026-05-28T20:26:40.500Z');
    expect(event.get('log.level')).toBe('error');
    expect(event.get('message')).toBe('boom');
    expect(event.message).toBe(JSON.stringify(line));
    expect(event.get('order.id')).toBe(7);
    expect(event.get('http.status')).toBe(500);
    expect(event.get('log.file.path')).toBe('/var/log/nginx/access.log');
    expect(event.has('order')).toBe(true);
    expect(event.names('o*')).toEqual(['order.id']);
  });

  it('becomes a document in which shipper and application stand side by side', () => {
    const line = {
      time: 1_774_000_000_123,
      severity: 'Warning',
      message: 'm',
      log: { logger: 'app', offset: 5 },
      a: 1,
    };
    expect(documentOf(line)).toEqual({
      ...Object.fromEntries(Object.entries(filebeatEvent('m')).filter(([key]) => key !== '@metadata')),
      '@timestamp': '2026-03-20T09:46:40.123Z',
      log: { offset: 0, file: { path: '/var/log/nginx/access.log' }, level: 'warning', logger: 'app' },
      json: { log: { offset: 5 } },
      a: 1,
      event: { created: '2026-11-21T05:40:07.490Z', ingested: '2026-11-21T06:00:00.000Z' },
    });
  });

  it.each([
    ['@metadata', { '@metadata': { _id: 'x' } }, { json: { '@metadata': { _id: 'x' } } }],
    [
      'the shipper’s host',
      { host: { name: 'app' } },
      { host: { name: 'vm' }, json: { host: { name: 'app' } } },
    ],
    ['the shipper’s agent', { agent: 'x' }, { agent: { type: 'filebeat' }, json: { agent: 'x' } }],
    [
      'the shipper’s ecs',
      { 'ecs.version': '1.6' },
      { ecs: { version: '1.12.0' }, json: { ecs: { version: '1.6' } } },
    ],
    ['a name that Elasticsearch keeps to itself', { _id: 'x' }, { json: { _id: 'x' } }],
    [
      'a message that is no text',
      { message: { a: 1 } },
      { message: '{"message":{"a":1}}', json: { message: { a: 1 } } },
    ],
    [
      'a time that is none',
      { '@timestamp': 'x' },
      { json: { '@timestamp': 'x' }, '@timestamp': '2026-11-21T05:40:07.490Z' },
    ],
    ['event.ingested', { event: { ingested: 'x' } }, { json: { event: { ingested: 'x' } } }],
    [
      'a value where ECS has an object',
      { error: 'boom', user: 'bob' },
      { error: { message: 'boom' }, user: { name: 'bob' } },
    ],
    ['a value where ECS has an object and no such field', { http: 'x' }, { json: { http: 'x' } }],
    [
      'both a value and dotted fields',
      { error: 'boom', 'error.code': 7 },
      { error: { message: 'boom', code: 7 } },
    ],
  ])('cannot take the place of %s', (_, line, expected) => {
    expect(documentOf(line)).toMatchObject(expected);
  });

  it('keeps an application’s host where the shipper names none', () => {
    const event = readEvent({ message: '{"host":{"name":"app"}}' });
    expect(event.get('host.name')).toBe('app');
  });

  it.each([
    [{ level: 'Warn' }, 'warn'],
    [{ 'log.level': 'INFO' }, 'info'],
    [{ log: { level: 'Debug' } }, 'debug'],
    [{ severity: 'CRITICAL' }, 'critical'],
    [{ level: 30 }, 'info'],
    [{ level: 60 }, 'fatal'],
    [{ level: 7 }, undefined],
  ])('has its level in lower case: %j', (line, level) => {
    expect(read(line).get('log.level')).toBe(level);
  });

  it('is of the zone that configuration names where it names none', () => {
    const event = readEvent({ message: '{"time":"2026-07-01 12:00:00"}' }, { zone: 'Europe/Berlin' });
    expect(event.get('@timestamp')).toBe('2026-07-01T10:00:00.000Z');
  });

  it('with __proto__ pollutes nothing and loses nothing', () => {
    const document = documentOf('{"__proto__":{"polluted":1},"a":{"__proto__":{"polluted":2}}}');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(Object.getOwnPropertyDescriptor(document, '__proto__')?.value).toEqual({ polluted: 1 });
    expect(read('{"__proto__":{"polluted":1}}').get('__proto__.polluted')).toBe(1);
  });

  it('may be empty', () => {
    expect(read('{}').parseFailure).toBeUndefined();
    expect(documentOf('{}').message).toBe('{}');
  });

  it('that only looks like JSON is left as it is', () => {
    const event = read('{not json');
    expect(event.parseFailure).toBeUndefined();
    expect(event.get('tags')).toBeUndefined();
  });

  it.each([
    ['{broken', 'the line begins like a JSON object but is not valid JSON'],
    ['plain text', 'does not begin like a line of JSON'],
    ['[1]', 'does not begin like a line of JSON'],
    [`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`, 'the line is nested deeper than 64 levels'],
    [`{"${'a.'.repeat(30_000)}a":1}`, 'the line is nested deeper than 64 levels'],
    [`{"${'a\\u002e'.repeat(70)}a":1}`, 'the line is nested deeper than 64 levels'],
    [`${'{"a.b":'.repeat(33)}1${'}'.repeat(33)}`, 'the line is nested deeper than 64 levels'],
    [`{"a":{"${'b.'.repeat(64)}c":1}}`, 'the line is nested deeper than 64 levels'],
  ])('that was declared JSON and is not is tagged: %.20s', (line, reason) => {
    const event = readEvent(filebeatEvent(line), { default: 'json' });
    expect(event.parseFailure).toBe(reason);
    expect(JSON.parse(event.document())).toMatchObject({
      message: line,
      tags: ['_parsefailure'],
      error: { message: `line not parsed: ${reason}` },
    });
  });
});
