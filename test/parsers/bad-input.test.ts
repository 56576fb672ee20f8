import { describe, expect, it } from 'vitest';
import { readEvent, receivedAt } from '../support/events.ts';

const documentOf = (event: string | Buffer | object) => {
  const text = readEvent(event).document();
  expect(text).not.toMatch(/[\r\n]/);
  return JSON.parse(text);
};

describe('bytes that are no event', () => {
  it.each<[string, string | Buffer, RegExp]>([
    [
      'invalid UTF-8',
      Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
      /^is not valid UTF-8 at byte 2$/,
    ],
    ['a JSON array', '[{"message":"x"}]', /^is a JSON array, not an object$/],
    ['deep JSON', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`, /^is nested deeper than 64 levels$/],
    [
      'deep arrays',
      `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
      /^is nested deeper than 64 levels$/,
    ],
    ['a cut-off object', '{"message":"x"', /^is not valid JSON: /],
    ['nothing', '', /^is empty$/],
    ['NUL characters', '{"message":"a\0b"}', /^is not valid JSON: /],
  ])('have a problem in words, no fields, and a document for the dead letters: %s', (_, bytes, problem) => {
    const event = readEvent(bytes);
    expect(event.problem).toMatch(problem);
    expect(event.get('message')).toBeUndefined();
    expect(event.get('@timestamp')).toBeUndefined();
    expect(event.has('message')).toBe(false);
    expect(event.names('*')).toEqual([]);
    expect(event.time).toBe(receivedAt);
    expect(event.source).toBe('127.0.0.1:51034#7');
    expect(event.message).toBe('');
    expect(event.parseFailure).toBeUndefined();
    expect(event.raw()).toEqual(Buffer.from(bytes as string));
    expect(documentOf(bytes)).toMatchObject({
      '@timestamp': '2026-11-21T06:00:00.000Z',
      error: { message: `the event ${event.problem}` },
    });
  });
});

describe('odd events', () => {
  it('may be empty objects', () => {
    expect(documentOf('{}')).toEqual({
      '@timestamp': '2026-11-21T06:00:00.000Z',
      event: { ingested: '2026-11-21T06:00:00.000Z' },
      ecs: { version: expect.stringMatching(/^8\./) },
      tags: ['_timestampfailure'],
    });
  });

  it.each([
    ['an empty message', ''],
    ['no message', undefined],
    ['a message that is a number', 5],
    ['a message that is an object', { a: 1 }],
  ])('may have %s', (_, message) => {
    const event = readEvent({ '@timestamp': '2026-11-21T05:00:00Z', message });
    expect(event.message).toBe('');
    expect(event.parseFailure).toBeUndefined();
    expect(documentOf({ message }).message).toEqual(message);
  });

  it('may have JSON over several lines', () => {
    const event = { '@timestamp': '2026-11-21T05:00:00Z', message: 'a\nb', host: { name: 'x' } };
    expect(documentOf(JSON.stringify(event, null, 2))).toMatchObject(event);
  });

  it('with a key twice keep the last value', () => {
    expect(documentOf('{"a":1,"message":"x","a":2}').a).toBe(2);
  });

  it('with __proto__ keys pollute nothing', () => {
    const document = documentOf(
      '{"__proto__":{"polluted":1},"tags":{"__proto__":{"polluted":1}},"event":{"__proto__":2}}',
    );
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(Object.hasOwn(document, '__proto__')).toBe(true);
    expect(Object.hasOwn(document.event, '__proto__')).toBe(true);
  });

  it('with lone surrogates stay valid UTF-8 once encoded', () => {
    const text = readEvent('{"message":"\\ud800","@timestamp":"2026-11-21T05:00:00Z"}').document();
    expect(text).toContain('\\ud800');
    expect(Buffer.from(text).toString()).toBe(text);
  });

  it('with U+2028, NUL escapes and huge numbers go through as they are', () => {
    const text = readEvent('{"a":"\u2028\\u0000","b":1e400,"c":123456789012345678901}').document();
    expect(text.startsWith('{"a":"\u2028\\u0000","b":1e400,"c":123456789012345678901,')).toBe(true);
  });

  it('with a message of 1 MB go through', () => {
    const message = '"\\ä'.repeat(262_144);
    expect(documentOf({ message }).message).toBe(message);
    expect(documentOf({ message: `::1 - - [28/May/2026:20:26:40 +0000] "${message}` }).tags).toContain(
      '_parsefailure',
    );
  });

  it('take the fields of their data stream, which win', () => {
    const event = readEvent({
      '@timestamp': '2026-11-21T05:00:00Z',
      tags: ['a'],
      event: { kind: 'x' },
      'data_stream.type': 'y',
    });
    const stream = { type: 'logs', dataset: 'd', namespace: 'n' };
    const { data_stream, tags, event: inner, ...rest } = JSON.parse(event.document(stream));
    expect({ data_stream, tags, event: inner }).toEqual({
      tags: ['a'],
      data_stream: stream,
      event: { kind: 'x', dataset: 'd', ingested: '2026-11-21T06:00:00.000Z' },
    });
    expect(Object.keys(rest).filter((key) => key.startsWith('data_stream'))).toEqual([]);
  });

  it('that hide a line’s end in a key or value put no second line into a bulk body', () => {
    documentOf('{"a\\nb":"c\\r\\nd","@timestamp":"2026-11-21T05:00:00Z\\n{}"}');
    documentOf({
      message: '::1 - a\\nb [28/May/2026:20:26:40 +0000] "GET /\n{} HTTP/1.1\n" 200 1 "\r\n" "\n"',
    });
  });
});

describe('the time that a sender states', () => {
  it.each([
    ['a leap second', '2016-12-31T23:59:60Z', '2017-01-01T00:00:00.000Z'],
    ['a leap second with a fraction', '2016-12-31T23:59:60.250Z', '2017-01-01T00:00:00.250Z'],
    ['milliseconds as text', '1774000000123', '2026-03-20T09:46:40.123Z'],
  ])('is written as one that Elasticsearch reads: %s', (_, stamp, expected) => {
    const document = documentOf({ '@timestamp': stamp, message: 'm' });
    expect(document['@timestamp']).toBe(expected);
    expect(document.labels).toBeUndefined();
  });

  it.each([
    [{}, { timestamp: 'next Tuesday' }],
    [{ labels: { app: 'shop' } }, { app: 'shop', timestamp: 'next Tuesday' }],
    [{ labels: { timestamp: 'own' } }, { timestamp: 'own' }],
  ])('stays as a label where it is none: beside %j', (fields, labels) => {
    const document = documentOf({ '@timestamp': 'next Tuesday', message: 'm', ...fields });
    expect(document['@timestamp']).toBe(new Date(receivedAt).toISOString());
    expect(document.labels).toEqual(labels);
    expect(document.tags).toContain('_timestampfailure');
  });

  it('leaves no label where the sender states none', () => {
    expect(documentOf({ message: 'm' }).labels).toBeUndefined();
  });
});
