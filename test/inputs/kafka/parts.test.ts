import type { KafkaMessage } from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { BatchBuilder } from '../../../src/inputs/batch-builder.ts';
import { EventMaker } from '../../../src/inputs/documents/event-maker.ts';
import { networkFields } from '../../../src/inputs/event-fields.ts';
import { connectionProblem } from '../../../src/inputs/kafka/library.ts';
import { addMessage } from '../../../src/inputs/kafka/messages.ts';
import { Progress } from '../../../src/inputs/kafka/progress.ts';
import { findTopics } from '../../../src/inputs/kafka/session.ts';
import { load } from '../../support/config.ts';

const message = (
  value: string | null,
  rest: Partial<Pick<KafkaMessage, 'key' | 'timestamp' | 'headers'>> = {},
) => ({
  ...{
    key: null,
    value: value === null ? null : Buffer.from(value),
    timestamp: '1764410400000',
    attributes: 0,
    offset: '7',
  },
  headers: {},
  ...rest,
});

function eventsOf(...messages: KafkaMessage[]) {
  const fields = networkFields({ kind: 'kafka', fields: {}, tags: [] });
  const maker = new EventMaker({ fields, maxMessage: 1000, truncated: () => {} });
  maker.setTime('2026-01-01T00:00:00.000Z');
  const builder = new BatchBuilder({ bytes: 1e6, events: 100 });
  const added = messages.map((one) => addMessage(builder, maker, 'logs-nginx.access-prod', 2, one));
  const { payload } = builder.take();
  const events = payload
    .toString()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  return { added, events };
}

describe('a message', () => {
  it('that is a line has the time at which it was sent, and its place', () => {
    const { events } = eventsOf(
      message('line\r\n', {
        key: Buffer.from('user-1'),
        headers: { a: ['1', Buffer.from('2')], none: undefined },
      }),
    );
    expect(events[0]).toEqual({
      '@timestamp': '2025-11-29T10:00:00.000Z',
      log: {},
      ecs: { version: expect.any(String) },
      input: { type: 'kafka' },
      event: { dataset: 'nginx.access' },
      data_stream: { type: 'logs', dataset: 'nginx.access', namespace: 'prod' },
      kafka: {
        topic: 'logs-nginx.access-prod',
        partition: 2,
        offset: 7,
        key: 'user-1',
        headers: ['a: 1', 'a: 2'],
      },
      message: 'line',
    });
  });

  it('of Filebeat keeps all its fields', () => {
    const sent = {
      '@timestamp': '2026-11-29T09:00:00.000Z',
      '@metadata': { beat: 'filebeat' },
      message: 'm',
      input: { type: 'filestream' },
    };
    expect(eventsOf(message(JSON.stringify(sent))).events[0]).toMatchObject({
      ...sent,
      kafka: { offset: 7 },
    });
  });

  it.each([
    ['{"schema":{"type":"string"},"payload":"text"}', 'text'],
    ['{"schema":null,"payload":{"a":1}}', '{"a":1}'],
    ['{"schema":1,"payload":"x","more":1}', '{"schema":1,"payload":"x","more":1}'],
    ['{"payload":"only"}', '{"payload":"only"}'],
    ['{"schema": "payload" is no JSON', '{"schema": "payload" is no JSON'],
    [' {"a":1}', '{"a":1}'],
    ['[1,2]', '[1,2]'],
  ])('%j is the line %j', (value, line) => {
    expect(eventsOf(message(value)).events[0].message).toBe(line);
  });

  it.each([null, '', '{"schema":{},"payload":null}'])('%j is no event', (value) => {
    expect(eventsOf(message(value))).toEqual({ added: [false], events: [] });
  });

  it('shows no key that is binary or long, and takes no time that is none', () => {
    const { events } = eventsOf(
      message('a', { key: Buffer.from([0xff, 0xfe]), timestamp: '-1' }),
      message('b', { key: Buffer.alloc(2000, 'k'), timestamp: '9223372036854775807' }),
    );
    for (const { kafka, '@timestamp': time } of events) {
      expect(kafka).not.toHaveProperty('key');
      expect(time).toBe('2026-01-01T00:00:00.000Z');
    }
  });
});

describe('the progress of an input', () => {
  it('begins with what is stored under its own name', () => {
    const progress = new Progress('main', [
      { key: 'main/kafka/a/0', value: { next: 5 } },
      { key: 'main/kafka/a.b/12', value: { next: 7 } },
      { key: 'main/kafka/broken/0', value: 'x' },
      { key: 'other/kafka/a/1', value: { next: 9 } },
    ]);
    expect([progress.next('a', 0), progress.next('a.b', 12)]).toEqual([5, 7]);
    expect([progress.next('a', 1), progress.next('broken', 0)]).toEqual([undefined, undefined]);
    expect([progress.has('a', 0, 4), progress.has('a', 0, 5)]).toEqual([true, false]);
  });

  it('knows a message once it is taken, and waits until it is on disk', async () => {
    const progress = new Progress('main');
    const states = [progress.take('a', 0, 3), progress.take('a', 0, 4)];
    expect(states[1]).toEqual({ key: 'main/kafka/a/0', value: { next: 5 } });
    expect(progress.has('a', 0, 4)).toBe(true);
    const seen: string[] = [];
    const waits = [progress.whenStored('a', 0, 4), progress.whenStored('a', 0, 5)];
    void waits[0]!.then(() => seen.push('4'));
    void waits[1]!.then(() => seen.push('5'));
    progress.stored([states[0]!, { key: 'other/kafka/a/0', value: { next: 99 } }]);
    await waits[0];
    expect(seen).toEqual(['4']);
    progress.stored([states[1]!]);
    await waits[1];
    expect(seen).toEqual(['4', '5']);
    await progress.whenStored('a', 0, 5);
  });

  it('forgets a partition that was created anew', () => {
    const progress = new Progress('main', [{ key: 'main/kafka/a/0', value: { next: 5 } }]);
    progress.forget('a', 0);
    expect(progress.has('a', 0, 0)).toBe(false);
    expect(progress.take('a', 0, 0).value).toEqual({ next: 1 });
  });
});

describe('the topics of an input', () => {
  const existing = ['logs-b', 'logs-a', '__consumer_offsets', 'other', '_schemas'];
  it.each([
    [['logs-*'], ['logs-a', 'logs-b'], []],
    [['*'], ['logs-a', 'logs-b', 'other'], []],
    [
      ['other', 'logs-a', 'logs-*', 'none', 'x*'],
      ['logs-a', 'logs-b', 'other'],
      ['none', 'x*'],
    ],
    [['_schemas'], ['_schemas'], []],
    [['logs.a'], [], ['logs.a']],
  ])('%j are %j', (wanted, topics, missing) => {
    expect(findTopics(wanted, existing)).toEqual({ topics, missing });
  });
});

describe('the settings of an input', () => {
  const problems = (settings: string) =>
    load({ yaml: `inputs: [{ kind: kafka, name: k, ${settings} }]` }).problems.map(
      ({ path, message }) => `${path}: ${message}`,
    );

  it('have defaults', () => {
    const { config } = load({
      yaml: 'inputs: [{ kind: kafka, name: k, brokers: ["a:9092", "[::1]:9092"], topics: [t] }]',
    });
    expect(config!.inputs.network[0]).toMatchObject({
      group: 'logboom',
      startAt: 'beginning',
      sasl_mechanism: 'PLAIN',
    });
  });

  it.each([
    ['topics: [t]', /inputs\[0\]\.brokers/],
    ['brokers: [a], topics: [t]', /inputs\[0\]\.brokers\[0\].*broker address/],
    ['brokers: ["a:1"], topics: []', /inputs\[0\]\.topics/],
    ['brokers: ["a:1"], topics: ["a b"]', /not a topic/],
    ['brokers: ["a:1"], topics: [t], user: u', /inputs\[0\]\.password.*`password` is missing/],
    ['brokers: ["a:1"], topics: [t], ssl_certificate: c', /inputs\[0\]\.ssl_enabled.*not enabled/],
    ['brokers: ["a:1"], topics: [t], ssl_enabled: true, ssl_certificate: c', /inputs\[0\]\.ssl_key.*missing/],
  ])('%s are refused', (settings, message) => {
    expect(problems(settings)).toEqual([expect.stringMatching(message)]);
  });
});

describe('the reason for which there is no connection', () => {
  const refused =
    'the broker refuses the client certificate, or asks for one: check `ssl_certificate` and `ssl_key`';

  it.each([
    [
      'Connection error: 805C51C7397F0000:error:0A000412:SSL routines:ssl3_read_bytes:sslv3 alert bad certificate:../deps/openssl/openssl/ssl/record/rec_layer_s3.c:1601:SSL alert number 42\n',
      refused,
    ],
    [
      'Connection error: error:0A00045C:SSL routines:ssl3_read_bytes:tlsv13 alert certificate required:x.c:1:SSL alert number 116\n',
      refused,
    ],
    [
      'Connection error: self-signed certificate in certificate chain',
      'Connection error: self-signed certificate in certificate chain',
    ],
    [
      'Connection error: connect ECONNREFUSED 127.0.0.1:9092\nat x',
      'Connection error: connect ECONNREFUSED 127.0.0.1:9092',
    ],
    ['', ''],
  ])('%j is told in one line', (message, told) => {
    expect(connectionProblem(new Error(message))).toBe(told);
  });
});
