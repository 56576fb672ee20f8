import { describe, expect, it } from 'vitest';
import { BatchBuilder } from '../../../src/inputs/batch-builder.ts';
import { EventMaker, type Extras } from '../../../src/inputs/documents/event-maker.ts';
import { networkFields } from '../../../src/inputs/event-fields.ts';
import { peerAt } from '../../../src/inputs/network/peer.ts';
import { splitLines } from '../../../src/journal/record.ts';

const none = { kind: 'http', fields: {}, tags: [] };
const time = '2026-11-29T10:00:00.000Z';

function made(
  texts: string[],
  {
    added = none,
    meta,
    maxMessage = 1000,
  }: { added?: Parameters<typeof networkFields>[0]; meta?: Extras; maxMessage?: number } = {},
) {
  let cut = 0;
  const maker = new EventMaker({
    fields: networkFields(added),
    peer: peerAt('192.0.2.7', 4000),
    maxMessage,
    truncated: () => {
      cut += 1;
    },
  });
  maker.setTime(time);
  const builder = new BatchBuilder({ bytes: 1e6, events: 1000 });
  const problems = texts.map((text) =>
    maker.document(builder, Buffer.from(text), 0, Buffer.byteLength(text), meta),
  );
  const { payload, count } = builder.take();
  const { spans } = splitLines(payload);
  expect(spans.length).toBe(2 * count);
  const lines = Array.from({ length: count }, (_, i) =>
    payload.toString('utf8', spans[2 * i], spans[2 * i + 1]),
  );
  return { events: lines.map((line) => JSON.parse(line)), lines, problems, cut };
}

describe('a document with a time', () => {
  it('stays as it is, with its numbers, and gets what it lacks', () => {
    const sent =
      '{"@timestamp":"2026-11-29T09:00:00Z","n":9007199254740993,"message":"ü","host":{"name":"web-1"}}';
    const { lines, events } = made([sent], {
      added: { ...none, dataset: 'shop', fields: { 'service.name': 'cart' } },
    });
    expect(lines[0]).toContain(sent.slice(1));
    expect(events[0]).toMatchObject({
      host: { name: 'web-1' },
      event: { dataset: 'shop' },
      service: { name: 'cart' },
      input: { type: 'http' },
    });
    expect(events[0].log).toBeUndefined();
  });

  it('keeps its own values, also where the input has others', () => {
    const sent = {
      '@timestamp': time,
      event: { dataset: 'own', kind: 'event' },
      'service.name': 'own',
      input: { type: 'log' },
      data_stream: { dataset: 'own' },
    };
    const { events } = made([JSON.stringify(sent)], {
      added: { ...none, dataset: 'shop', fields: { 'service.name': 'cart', 'event.module': 'm' } },
      meta: { index: 'logs-x-y' },
    });
    expect(events[0]).toMatchObject({ ...sent, 'event.module': 'm' });
    expect(events[0]).not.toHaveProperty('service');
  });

  it('has the sender as its host only where it names neither host nor agent', () => {
    const { events } = made([
      `{"@timestamp":"${time}"}`,
      `{"@timestamp":"${time}","agent":{"id":"a"}}`,
      `{"@timestamp":"${time}","host.name":"web-1"}`,
    ]);
    expect(events[0].host).toEqual({ name: '192.0.2.7', ip: ['192.0.2.7'] });
    expect(events[0].log.source.address).toBe('192.0.2.7:4000');
    expect(events[1].host).toBeUndefined();
    expect(events[2].host).toBeUndefined();
  });

  it('has the tags of both', () => {
    const added = { ...none, tags: ['in', 'both'] };
    const { events } = made(
      [
        `{"@timestamp":"${time}","tags":["own","both"],"z":1}`,
        `{"@timestamp":"${time}","tags":"own"}`,
        `{"@timestamp":"${time}"}`,
      ],
      { added },
    );
    expect(events.map(({ tags }) => tags)).toEqual([
      ['own', 'both', 'in'],
      ['own', 'in', 'both'],
      ['in', 'both'],
    ]);
    expect(events[0].z).toBe(1);
  });

  it('carries what its action line says', () => {
    const { events } = made(
      [`{"@timestamp":"${time}"}`, `{"@timestamp":"${time}","@metadata":{"beat":"x"}}`],
      {
        meta: {
          index: 'logs-nginx.access-prod',
          members: { '@metadata': JSON.stringify({ _id: 'a"1', pipeline: 'p' }) },
        },
      },
    );
    expect(events[0]).toMatchObject({
      '@metadata': { _id: 'a"1', pipeline: 'p' },
      event: { dataset: 'nginx.access' },
      data_stream: { type: 'logs', dataset: 'nginx.access', namespace: 'prod' },
    });
    expect(events[1]['@metadata']).toEqual({ beat: 'x' });
  });

  it('is written on one line, and with each key once', () => {
    const { events } = made([`{"@timestamp":"${time}",\n"a":{\n"b":1},"a":2}`]);
    expect(events[0]).toMatchObject({ '@timestamp': time, a: 2 });
  });
});

describe('a document without a time', () => {
  it('is a line, which a parser reads', () => {
    const { events } = made(['{"ts":1764410400,\n"msg":"boom \\"x\\""}'], {
      meta: { index: 'fluent-bit-2026.11.29', members: { '@metadata': '{"_id":"7"}' } },
      added: { ...none, tags: ['t'] },
    });
    expect(events[0]).toMatchObject({
      '@timestamp': time,
      '@metadata': { _id: '7' },
      host: { name: '192.0.2.7' },
      event: { dataset: 'fluent-bit' },
      tags: ['t'],
    });
    expect(JSON.parse(events[0].message)).toEqual({ ts: 1764410400, msg: 'boom "x"' });
  });
});

describe('what is no document', () => {
  it.each([
    ['{"a":', 'is not valid JSON'],
    ['[1]', 'is a JSON array'],
    ['null', 'is JSON null'],
    ['', 'is empty'],
    [`${'{"a":'.repeat(2_000)}1${'}'.repeat(2_000)}`, 'is nested deeper'],
  ])('%.20j is refused with its reason', (text, reason) => {
    const { problems, events } = made([text], { maxMessage: 1e6 });
    expect(problems[0]).toContain(reason);
    expect(events).toEqual([]);
  });
});

describe('a document beyond the limit', () => {
  it('keeps its beginning, is flagged and counted', () => {
    const { events, cut } = made([`{"@timestamp":"${time}","message":"${'x'.repeat(500)}"}`], {
      maxMessage: 100,
    });
    expect(events[0]['log.flags']).toEqual(['truncated']);
    expect(events[0].message).toMatch(/^x{20,80}$/);
    expect(cut).toBe(1);
  });
});
