import { describe, expect, it } from 'vitest';
import { objectNames, plainLeaves } from '../../src/parsers/json/reserved-names.ts';
import { readEvent, receivedAt } from '../support/events.ts';

const documentOf = (line: object, more: object = {}) =>
  JSON.parse(readEvent({ message: JSON.stringify(line), ...more }).document());

describe('a JSON line of a program', () => {
  it.each([...objectNames])('leaves no plain value where others have the object %s', (name) => {
    for (const value of ['yes', 7, true, ['a', 'b'], 'a,b']) {
      const document = documentOf({ [name]: value, msg: 'm' });
      expect([name, typeof document[name]]).toEqual([
        name,
        document[name] === undefined ? 'undefined' : 'object',
      ]);
      expect(Array.isArray(document[name])).toBe(false);
      expect(JSON.stringify(document)).toContain(JSON.stringify(value));
    }
  });

  it.each([...plainLeaves])('leaves no object where others have the value %s', (name) => {
    const document = documentOf({ [name]: { inner: 'x' }, msg: 'm' });
    const value = name.split('.').reduce((at, key) => at?.[key], document);
    expect(typeof value === 'object' && !Array.isArray(value)).toBe(false);
    const kept = `json.${name}.inner`.split('.').reduce((at, key) => at?.[key], document);
    expect(kept).toBe('x');
  });

  it('keeps the objects that have the shape of ECS, and its own fields', () => {
    const line = {
      http: { response: { status_code: 500 } },
      labels: { app: 'x' },
      kubernetes: { pod: { name: 'p' } },
      order: 7,
    };
    expect(documentOf(line)).toMatchObject(line);
  });

  it('keeps a value of its own apart from an inner object of ECS', () => {
    expect(documentOf({ http: { response: 'ok' }, log: { file: 'a.py' } })).toMatchObject({
      json: { http: { response: 'ok' }, log: { file: 'a.py' } },
    });
  });
});

describe('the time of a JSON line', () => {
  const at = '2026-11-20T10:00:00.123Z';
  const seconds = Date.parse(at) / 1000;
  it.each<[object, string]>([
    [{ time: at }, at],
    [{ ts: seconds }, at],
    [{ timestamp: seconds * 1000 }, at],
    [{ timestamp: String(Math.round(seconds * 1000)) }, at],
    [{ ts: `${seconds}` }, at],
    [{ '@t': '2026-11-20T10:00:00.1234567Z', '@m': 'x' }, at],
    [{ asctime: '2026-11-20 10:00:00,123' }, at],
    [{ Timestamp: at }, at],
    [{ date: 'x', time: '2026/11/20 10:00:00' }, '2026-11-20T10:00:00.000Z'],
    [{ time: '20/Nov/2026:11:00:00 +0100' }, '2026-11-20T10:00:00.000Z'],
    [{ timestamp: 'Fri, 20 Nov 2026 10:00:00 GMT' }, '2026-11-20T10:00:00.000Z'],
    [{ instant: { epochSecond: Math.floor(seconds), nanoOfSecond: 123_000_000 } }, at],
    [{ timeMillis: Math.round(seconds * 1000) }, at],
    [{ date: seconds, log: 'of Fluent Bit' }, at],
    [{ date: at }, at],
    [{ date: '2020-01-01', time: at }, at],
    [{ date: '2020-01-01T00:00:00Z', time: at }, at],
  ])('of %j is read', (line, expected) => {
    expect(readEvent({ message: JSON.stringify(line) }).get('@timestamp')).toBe(expected);
  });

  it.each([
    { time: 0.123 },
    { ts: 5 },
    { time: '12.5' },
    { timestamp: 'soon' },
    { t: 3 },
    { date: '1999-12-31' },
  ])('is not taken from a duration or a word: %j', (line) => {
    const event = readEvent({ message: JSON.stringify(line) });
    expect(event.time).toBe(receivedAt);
    expect(event.get('tags')).toEqual(['_timestampfailure']);
    expect(JSON.stringify(JSON.parse(event.document()))).toContain(JSON.stringify(Object.values(line)[0]));
  });
});

describe('the level of a JSON line', () => {
  it.each<[object, string | undefined]>([
    [{ levelname: 'WARNING' }, 'warning'],
    [{ lvl: 'eror' }, 'error'],
    [{ level: 50 }, 'error'],
    [{ level: 35 }, undefined],
    [{ '@l': 'Warning', '@mt': 'x' }, 'warning'],
    [{ '@t': '2026-11-20T10:00:00Z', '@mt': 'x' }, 'info'],
    [{ severity: 'CRITICAL' }, 'critical'],
    [{ level: 'Information' }, 'info'],
    [{ version: '1.1', short_message: 'x', level: 3 }, 'error'],
    [{ LogLevel: 'Error' }, 'error'],
  ])('of %j is %s', (line, level) => {
    expect(readEvent({ message: JSON.stringify(line) }).get('log.level')).toBe(level);
  });
});
