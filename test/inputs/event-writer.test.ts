import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BatchBuilder } from '../../src/inputs/batch-builder.ts';
import { eventFields } from '../../src/inputs/event-fields.ts';
import { constantFields, EventWriter, type Message } from '../../src/inputs/event-writer.ts';

const time = '2026-11-29T10:00:00.000Z';

/** What a reader of the batch sees of one message. */
function written(message: Partial<Message> & { bytes: Buffer }, fields: Record<string, unknown> = {}) {
  const builder = new BatchBuilder({ bytes: 2 ** 20, events: 10 });
  const writer = new EventWriter();
  writer.setTime(time);
  writer.write(builder, constantFields(fields), { from: 0, to: message.bytes.length, offset: 7, ...message });
  return JSON.parse(builder.take().payload.toString()) as Record<string, unknown>;
}

describe('an event as JSON', () => {
  it('has its own fields and the constant ones', () => {
    const event = written(
      { bytes: Buffer.from('hi'), flags: ['multiline'], stream: 'stdout' },
      { host: { name: 'w' } },
    );
    expect(event).toEqual({
      '@timestamp': time,
      log: { offset: 7, flags: ['multiline'] },
      host: { name: 'w' },
      message: 'hi',
      stream: 'stdout',
    });
  });

  it('keeps the constant members of log, and no constant field takes the place of its own', () => {
    const fields = { log: { file: { path: '/x' }, offset: 99 }, message: 'no', '@timestamp': 'no' };
    expect(written({ bytes: Buffer.from('yes') }, fields)).toEqual({
      '@timestamp': time,
      log: { offset: 7, file: { path: '/x' } },
      message: 'yes',
    });
  });

  it('has the time that its carrier states', () => {
    expect(written({ bytes: Buffer.from('x'), time: '2020-01-01T00:00:00.123456789Z' })['@timestamp']).toBe(
      '2020-01-01T00:00:00.123456789Z',
    );
  });

  it('gives any text back as it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.nat(), (text, offset) => {
        const event = written({ bytes: Buffer.from(text), offset });
        expect(event.message).toBe(Buffer.from(text).toString());
        expect((event.log as { offset: number }).offset).toBe(offset);
      }),
    );
  });

  it('replaces bytes that are no UTF-8', () => {
    expect(written({ bytes: Buffer.from([0x61, 0xc3, 0x28, 0x00]) }).message).toBe('a\ufffd(\u0000');
  });

  it('takes long messages, all of whose bytes have to be escaped', () => {
    const text = '\u0001'.repeat(100_000);
    expect(written({ bytes: Buffer.from(text) }).message).toBe(text);
  });

  it('takes a part of a buffer', () => {
    expect(written({ bytes: Buffer.from('abcdef'), from: 2, to: 4 }).message).toBe('cd');
  });
});

describe('the fields of an input', () => {
  const agent = { id: 'i', name: 'web-1', ephemeral_id: 'e', type: 'logboom', version: '1' };

  it('are those of a Filebeat', () => {
    expect(
      eventFields({ inputType: 'filestream', agent, dataset: 'nginx.access', fields: {}, tags: ['a'] }),
    ).toEqual({
      agent,
      ecs: { version: expect.any(String) },
      host: { name: 'web-1' },
      input: { type: 'filestream' },
      event: { dataset: 'nginx.access' },
      tags: ['a'],
    });
  });

  it.each([
    ['a new object', { 'service.name': 'shop' }, { service: { name: 'shop' } }],
    ['two of one object', { 'a.b': '1', 'a.c': '2' }, { a: { b: '1', c: '2' } }],
    ['beside fields that are there', { 'host.ip': '::1' }, { host: { name: 'web-1', ip: '::1' } }],
    ['in place of a text', { a: '1', 'a.b': '2' }, { a: { b: '2' } }],
    ['at the root', { env: 'test' }, { env: 'test' }],
  ])('take configured ones by dotted name: %s', (_, fields, expected) => {
    expect(
      eventFields({ inputType: 'filestream', agent, fields: fields as Record<string, string>, tags: [] }),
    ).toMatchObject(expected);
  });
});
