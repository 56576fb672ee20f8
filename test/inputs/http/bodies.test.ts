import { Readable } from 'node:stream';
import { deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { fieldsOfIndex } from '../../../src/inputs/documents/added-fields.ts';
import { bulkAnswer, readBulk } from '../../../src/inputs/http/bulk.ts';
import { readEvents } from '../../../src/inputs/http/events-body.ts';
import { BodyMemory, readBody } from '../../../src/inputs/http/request-body.ts';

const bulk = (text: string, defaults = {}) => {
  const body = Buffer.from(text);
  return readBulk(body, defaults).map(({ action, meta, from, to }) => ({
    action,
    ...meta,
    document: body.toString('utf8', from, to),
  }));
};

describe('a bulk body', () => {
  it('has an action line before each document', () => {
    expect(
      bulk(
        '{"create":{"_index":"logs-a-b","_id":"7"}}\n{"a":1}\n\n{"index":{"_index":"x","_type":"_doc","pipeline":"p"}}\r\n{"b":2}\n{"delete":{"_index":"x","_id":"9"}}\n',
      ),
    ).toEqual([
      { action: 'create', index: 'logs-a-b', id: '7', document: '{"a":1}' },
      { action: 'index', index: 'x', pipeline: 'p', document: '{"b":2}' },
      { action: 'delete', index: 'x', id: '9', document: '' },
    ]);
  });

  it('takes what an action line lacks from the path and the parameters', () => {
    expect(
      bulk('{"index":{}}\n{}\n{"index":{"pipeline":"_none"}}\n{}', { index: 'x', pipeline: 'p' }),
    ).toEqual([
      { action: 'index', index: 'x', pipeline: 'p', document: '{}' },
      { action: 'index', index: 'x', document: '{}' },
    ]);
  });

  it.each([
    ['', 'parse_exception', 'request body is required'],
    ['\n\n', 'parse_exception', 'request body is required'],
    ['no JSON\n{}\n', 'illegal_argument_exception', 'Malformed action/metadata line [1]'],
    ['{"create":{"_index":"x"}}\n{}\n[]\n{}\n', 'illegal_argument_exception', 'line [3]'],
    ['{"put":{"_index":"x"}}\n{}\n', 'illegal_argument_exception', 'but found [put]'],
    ['{"create":"x"}\n{}\n', 'illegal_argument_exception', 'expected START_OBJECT'],
    ['{"create":{},"index":{}}\n{}\n', 'illegal_argument_exception', 'one action'],
    ['{"create":{"_index":"x"}}\n', 'illegal_argument_exception', 'expected a document after it'],
    ['{"create":{}}\n{}\n', 'action_request_validation_exception', '1: index is missing'],
  ])('%j is refused as %s', (text, type, reason) => {
    expect(() => bulk(text)).toThrow(expect.objectContaining({ status: 400, type }));
    expect(() => bulk(text)).toThrow(reason);
  });

  it('is answered by an item for each document, in its order', () => {
    const actions = readBulk(
      Buffer.from('{"create":{"_index":"x","_id":"1"}}\n{}\n{"index":{"_index":"y"}}\n{}\n'),
      {},
    );
    const refusal = { status: 400, type: 'document_parsing_exception', reason: 'no' };
    expect(bulkAnswer(actions, new Map(), 1.4)).toMatchObject({
      took: 1,
      errors: false,
      items: [
        { create: { _index: 'x', _id: '1', status: 201, result: 'created' } },
        { index: { _index: 'y', status: 201 } },
      ],
    });
    expect(bulkAnswer(actions, new Map([[1, refusal]]), 0)).toMatchObject({
      errors: true,
      items: [
        { create: { status: 201 } },
        { index: { _index: 'y', status: 400, error: { type: 'document_parsing_exception', reason: 'no' } } },
      ],
    });
  });
});

describe('the fields of an index name', () => {
  it.each([
    ['logs-nginx.access-prod', 'nginx.access', { type: 'logs', dataset: 'nginx.access', namespace: 'prod' }],
    ['metrics-system.cpu-a-b', 'system.cpu', { type: 'metrics', dataset: 'system.cpu', namespace: 'a-b' }],
    ['filebeat-7.17.29-2026.11.29-000001', 'filebeat', undefined],
    ['filebeat-8.19.0-SNAPSHOT', 'filebeat', undefined],
    ['logstash-2026.11.29', 'logstash', undefined],
    ['<logstash-{now/d}-000001>', 'logstash', undefined],
    ['shop-errors', 'shop-errors', undefined],
    ['vector-2026.11', 'vector', undefined],
    ['2026.11.29', '2026.11.29', undefined],
  ])('%s are the dataset %s', (index, dataset, stream) => {
    expect(fieldsOfIndex(index)).toEqual({ event: { dataset }, ...(stream && { data_stream: stream }) });
  });

  it('of no name are none', () => expect(fieldsOfIndex('')).toEqual({}));
});

const events = (text: string, type = 'application/json') => {
  const body = Buffer.from(text);
  return readEvents(body, type).map(({ kind, from, to }) => `${kind}: ${body.toString('utf8', from, to)}`);
};

describe('a body of events', () => {
  it.each([
    ['{"a":1}\n{"b":2}\r\n\nno JSON\n', ['document: {"a":1}', 'document: {"b":2}', 'line: no JSON']],
    [
      ' [ {"a": [1]} , "text", 7, {"b":"]"} ]',
      ['document: {"a": [1]}', 'line: text', 'line: 7', 'document: {"b":"]"}'],
    ],
    ['["with \\"escape"]', ['line: "with \\"escape"']],
    ['[]', []],
    ['', []],
    ['{\n  "a": 1,\n  "b": {\n  }\n}\n', ['document: {\n  "a": 1,\n  "b": {\n  }\n}\n']],
    ['{"a":1}', ['document: {"a":1}']],
  ])('%j has %j', (text, found) => expect(events(text)).toEqual(found));

  it('is lines where it is text, whatever they begin with', () => {
    expect(events('[1]\n{\nend', 'text/plain; charset=utf-8')).toEqual([
      'line: [1]',
      'document: {',
      'line: end',
    ]);
  });

  it('is lines where it begins like an array and names no type', () => {
    expect(events('[2026-11-29] started\n', '')).toEqual(['line: [2026-11-29] started']);
  });

  it('is refused where it is called JSON and is a broken array', () => {
    expect(() => events('[{"a":1}')).toThrow(expect.objectContaining({ status: 400 }));
    expect(() => events('['.repeat(5_000))).toThrow(expect.objectContaining({ status: 400 }));
  });
});

describe('the body of a request', () => {
  const read = (bytes: Buffer, encoding?: string, { most = 1000, memory = new BodyMemory(1e6) } = {}) =>
    readBody(Readable.from([bytes.subarray(0, 5), bytes.subarray(5)]), encoding, { most, memory });

  it.each([
    ['plain', undefined, Buffer.from('some events')],
    ['gzip', 'gzip', gzipSync('some events')],
    ['gzip in two members', 'GZIP', Buffer.concat([gzipSync('some '), gzipSync('events')])],
    ['deflate', 'deflate', deflateSync('some events')],
  ])('is read as %s, and holds memory until it is released', async (_, encoding, bytes) => {
    const memory = new BodyMemory(1e6);
    const body = await read(bytes, encoding, { memory });
    expect(body.bytes.toString()).toBe('some events');
    expect(body.received).toBe(bytes.length);
    expect(memory.held).toBe(11);
    body.release();
    body.release();
    expect(memory.held).toBe(0);
  });

  it.each([
    ['larger than the limit', 413, Buffer.alloc(1001), undefined],
    ['larger after decompression', 413, gzipSync(Buffer.alloc(100_000)), 'gzip'],
    ['no gzip', 400, Buffer.from('no gzip at all'), 'gzip'],
    ['in an unknown encoding', 415, Buffer.from('events'), 'br'],
  ])('that is %s is refused with %i and holds nothing', async (_, status, bytes, encoding) => {
    const memory = new BodyMemory(1e6);
    await expect(read(bytes, encoding, { memory })).rejects.toMatchObject({ status });
    expect(memory.held).toBe(0);
  });

  it('is refused with 429, and read to its end, while bodies hold too much memory', async () => {
    const memory = new BodyMemory(10);
    memory.hold(10);
    const stream = Readable.from([Buffer.from('one'), Buffer.from('two')]);
    await expect(readBody(stream, undefined, { most: 100, memory })).rejects.toMatchObject({
      status: 429,
      type: 'es_rejected_execution_exception',
    });
    expect(stream.readableEnded).toBe(true);
    expect(memory.held).toBe(10);
  });
});
