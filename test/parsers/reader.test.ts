import { describe, expect, it, vi } from 'vitest';
import { parsers } from '../../src/config/schema/parsers.ts';
import { EventReader } from '../../src/parsers/event.ts';
import { batch, blockOf, filebeatEvent, readEvent, receivedAt } from '../support/events.ts';

const line =
  '35.32.130.0 - - [28/May/2026:20:26:40 +0000] "GET /a?b=1 HTTP/1.1" 404 99840 "https://example.org/ref" "Mozilla/5.0"';

describe('an access-log line that Filebeat sent', () => {
  it('has its own time, and the sender’s as event.created', () => {
    const event = readEvent(filebeatEvent(line));
    expect(event.get('@timestamp')).toBe('2026-05-28T20:26:40.000Z');
    expect(event.time).toBe(Date.parse('2026-05-28T20:26:40.000Z'));
    expect(event.get('event.created')).toBe('2026-11-21T05:40:07.490Z');
  });

  it('gives parsed fields beside the shipper’s', () => {
    const event = readEvent(filebeatEvent(line));
    expect(event.get('http.response.status_code')).toBe(404);
    expect(event.get('host.name')).toBe('vm');
    expect(event.has('http')).toBe(true);
    expect(event.has('user.name')).toBe(false);
    expect(event.names('http.re*')).toEqual([
      'http.request.method',
      'http.request.referrer',
      'http.response.status_code',
      'http.response.body.bytes',
    ]);
  });

  it('becomes a document without @metadata, with ECS fields', () => {
    const sent = filebeatEvent(line);
    const { '@metadata': _, ...kept } = sent;
    expect(JSON.parse(readEvent(sent).document())).toEqual({
      ...kept,
      '@timestamp': '2026-05-28T20:26:40.000Z',
      source: { address: '35.32.130.0', ip: '35.32.130.0' },
      http: {
        request: { method: 'GET', referrer: 'https://example.org/ref' },
        response: { status_code: 404, body: { bytes: 99840 } },
        version: '1.1',
      },
      url: { original: '/a?b=1', path: '/a', query: 'b=1' },
      user_agent: { original: 'Mozilla/5.0' },
      event: {
        created: '2026-11-21T05:40:07.490Z',
        kind: 'event',
        category: ['web'],
        type: ['access'],
        outcome: 'failure',
        ingested: '2026-11-21T06:00:00.000Z',
      },
    });
  });

  it('has the fields that the reader gives it', () => {
    const event = readEvent(filebeatEvent(line));
    expect(['@timestamp', 'event.created', 'tags'].map((field) => event.has(field))).toEqual([
      true,
      true,
      false,
    ]);
    expect(readEvent({ message: 'x' }).has('@timestamp')).toBe(true);
  });

  it('says which stream within which sender it is of', () => {
    expect(readEvent(filebeatEvent(line)).source).toBe(
      '6e88d53e-af97-4bce-852b-14410d51ea9d /var/log/nginx/access.log',
    );
    expect(readEvent({ message: 'x' }).source).toBe('127.0.0.1:51034#7');
  });

  it('is searched for its source once, and anew when another event is read', () => {
    const sent = ['a', 'b'].map((name) => filebeatEvent(line, { agent: { id: name } }));
    const reader = new EventReader({ parsers: parsers.parse(undefined), time: { zone: 'UTC' } });
    reader.open(blockOf(...sent.map((one) => JSON.stringify(one))), batch);
    const found = sent.map(() => {
      const event = reader.next()!;
      const { source } = event;
      const search = vi.spyOn(event.view, 'getAt');
      expect(event.source).toBe(source);
      expect(search).not.toHaveBeenCalled();
      search.mockRestore();
      return source;
    });
    expect(found).toEqual(['a /var/log/nginx/access.log', 'b /var/log/nginx/access.log']);
  });

  it('shows what @metadata holds, though no document does', () => {
    expect(readEvent(filebeatEvent(line)).metadata('beat')).toBe('filebeat');
  });
});

describe('a reader', () => {
  it('gives every event of a block, broken ones too, and then undefined', () => {
    const reader = new EventReader({ parsers: parsers.parse(undefined), time: { zone: 'UTC' } });
    reader.open(blockOf('{"message":"a"}', '[1]', '{"message":"b"}'), batch);
    const seen: unknown[] = [];
    for (let event = reader.next(); event; event = reader.next())
      seen.push([event.index, event.message, event.problem]);
    expect(seen).toEqual([
      [0, 'a', undefined],
      [1, '', 'is a JSON array, not an object'],
      [2, 'b', undefined],
    ]);
    expect(reader.next()).toBeUndefined();
  });
});

describe('event time', () => {
  it('is the sender’s where the line has none', () => {
    const event = readEvent(filebeatEvent('plain text'));
    expect(event.get('@timestamp')).toBe('2026-11-21T05:40:07.490Z');
    expect(event.get('tags')).toBeUndefined();
  });

  it('is the sender’s where configuration says so', () => {
    const event = readEvent(filebeatEvent(line), { timestamp: '@timestamp' });
    expect(event.get('@timestamp')).toBe('2026-11-21T05:40:07.490Z');
    expect(JSON.parse(event.document())).not.toHaveProperty('event.created');
  });

  it.each([
    ['none at all', {}],
    ['one that is no time', { '@timestamp': 'yesterday' }],
    ['an object', { '@timestamp': { a: 1 } }],
  ])('is that of receipt, with a tag, where the sender gives %s', (_, sent) => {
    const event = readEvent({ ...sent, message: 'x' });
    expect(event.time).toBe(receivedAt);
    expect(event.get('tags')).toEqual(['_timestampfailure']);
    expect(JSON.parse(event.document())).toMatchObject({
      '@timestamp': '2026-11-21T06:00:00.000Z',
      tags: ['_timestampfailure'],
    });
  });

  it.each([
    ['1970-01-01T00:00:00.000Z', 0],
    ['2026-11-22T06:00:00.000Z', receivedAt + 86_400_000],
  ])('from 1970 or from tomorrow is just used: %s', (text, time) => {
    const event = readEvent({ '@timestamp': text, message: 'x' });
    expect(event.time).toBe(time);
    expect(event.get('tags')).toBeUndefined();
  });

  it('is written for Elasticsearch where the sender wrote it in another form', () => {
    const document = JSON.parse(readEvent({ '@timestamp': '2026-11-21 07:00:00+01:00' }).document());
    expect(document['@timestamp']).toBe('2026-11-21T06:00:00.000Z');
  });
});
