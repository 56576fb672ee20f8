import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parserNames } from '../../../src/config/schema/parsers.ts';
import { parseIso } from '../../../src/parsers/event-time.ts';
import { textFormats } from '../../../src/parsers/text/text-formats.ts';
import { readEvent } from '../../support/events.ts';
import { processorTime } from '../../support/patience.ts';

/** A row of a table in `test/fixtures/formats`: a line as a program writes it, and what is in it. */
interface Row {
  line: string;
  time?: string;
  failure?: string;
  fields: Record<string, unknown>;
  named?: Record<string, unknown>;
}

const folder = new URL('../../fixtures/formats/', import.meta.url);
/** Those of a folder are of the format that the folder names, by its libraries: `go/zap`. */
const tables = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.yml'))
  .map((file) => file.replace('.yml', ''));
const rowsOf = (table: string): Row[] => parse(readFileSync(new URL(`${table}.yml`, folder), 'utf8'));
const formatOf = (table: string) =>
  textFormats.find(({ name }) => name === (table === 'auth' ? 'syslog' : table.split('/')[0]))!;
const context = { zone: 'UTC', receivedAt: Date.parse('2027-01-05T12:00:00Z') };
const defined = (fields: object) => JSON.parse(JSON.stringify(fields));

describe.each(tables)('the format of %s', (table) => {
  const format = formatOf(table);

  it.each(rowsOf(table))('reads $line', ({ line, time, failure, fields, named }) => {
    const result = format.parse(line, context)!;
    expect(defined(result.fields)).toEqual(fields);
    expect(result.time).toEqual(time === undefined ? Number.NaN : parseIso(time));
    expect(result.failure).toBe(failure);
    expect(result.named && { ...result.named }).toEqual(named);
  });

  it('is recognised by its lines, and by no other format before it', () => {
    for (const { line } of rowsOf(table)) {
      const first = textFormats.find((one) => one.first.includes(line[0]!) && one.parse(line, context));
      expect([line, first?.name]).toEqual([line, format.name]);
    }
  });

  it('puts what it finds into the document, beside the fields of the shipper', () => {
    for (const { line, fields } of rowsOf(table)) {
      const event = readEvent({ message: line, agent: { name: 'a' } }, { default: format.name });
      const document = JSON.parse(event.document());
      expect(document.agent).toEqual({ name: 'a' });
      for (const [name, value] of Object.entries(fields)) {
        if (typeof value === 'object' && !Array.isArray(value)) continue;
        const written = name.split('.').reduce((object, key) => object?.[key], document);
        expect([name, written]).toEqual([name, value]);
      }
      if (document.message !== line) expect(document.event.original).toBe(line);
    }
  });

  it('never throws, and never takes long, wherever a line is cut', () => {
    for (const { line } of rowsOf(table))
      for (let end = 0; end <= line.length; end += 7) {
        const took = processorTime(() => format.parse(line.slice(0, end), context));
        expect(took).toBeLessThan(500);
      }
  });
});

describe('the formats of text', () => {
  it('have a table of lines each, and a name in the configuration', () => {
    const names = textFormats.map(({ name }) => name);
    expect(names.filter((name) => !tables.includes(name))).toEqual([]);
    expect(names.filter((name) => !(parserNames as readonly string[]).includes(name))).toEqual([]);
  });

  it('have the level of slog without the distance to it', () => {
    const levels = ['ERROR+2', 'DEBUG-4', 'INFO+1', 'WARN', 'x+2'].map((level) => {
      const event = readEvent({ message: `time=2026-11-20T10:00:00Z level=${level} msg=x a=1` });
      return JSON.parse(event.document()).log.level;
    });
    expect(levels).toEqual(['error', 'debug', 'info', 'warn', 'x+2']);
  });

  it.each([
    'x',
    ' ',
    '[',
    '"',
    '=',
    ':',
    '/',
    '-1/',
    ' a=b',
    '[a] ',
    '0 ',
    'a.',
    '# Time: ',
    '\n at x',
    ' a={',
    ' a=["',
    ' "a"=',
    '=<\n\t',
    '(a.go:1',
    ' \\"',
  ])('read a hostile line of many %j without delay', (piece) => {
    const stamps = [
      '2026-11-20 10:00:00 ',
      'Nov 20 10:00:00 h a: ',
      '[Fri Nov 20 10:00:00 2026] ',
      '1.2.3.4:5 ',
      'I1120 10:00:00.123456 1 a.go:1] "m" a=1',
      'I20261120 10:00:00.123456 1 a.cc:1] \n*** Check failure stack trace: ***\n',
      'INFO[0000]a.go:1 m() ',
      '2026-11-20T10:00:00Z\tINFO\t',
      '2026-11-20 10:00:00,123 [main] INFO  c.e.App',
      '10:00:00.123 [main] INFO c.e.App -',
      '',
    ];
    for (const stamp of stamps)
      for (const format of textFormats) {
        const line = stamp + piece.repeat(20_000 / piece.length);
        const took = processorTime(() => format.parse(line, context));
        expect([format.name, took < 1000]).toEqual([format.name, true]);
      }
  });
});
