import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parsers } from '../../src/config/schema/parsers.ts';
import { EventReader, type ReadEvent } from '../../src/parsers/event.ts';
import { batch, blockOf } from '../support/events.ts';
import { fieldsOf } from './access-fields.ts';

describe('ten thousand real lines', () => {
  const lines = readFileSync(new URL('../fixtures/apache-combined.log', import.meta.url), 'utf8')
    .trim()
    .split('\n');

  function everyLine<T>(take: (event: ReadEvent, line: string) => T): T[] {
    const reader = new EventReader({ parsers: parsers.parse(undefined), time: { zone: 'UTC' } });
    reader.open(blockOf(...lines.map((message) => JSON.stringify({ message }))), batch);
    return lines.map((line) => take(reader.next()!, line));
  }

  function tally(values: (string | undefined)[]): [string, number][] {
    const counts = new Map<string, number>();
    for (const value of values) if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
    return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  }

  it('parse, but for the one that breaks off within its user agent', () => {
    const failures = everyLine((event) => event.parseFailure);
    expect(failures.filter((failure) => failure !== undefined)).toEqual([
      'the user agent has no closing quote',
    ]);
    expect(failures.findIndex((failure) => failure !== undefined)).toBe(8898);
  });

  it('count like a naive regular expression counts: status codes, bytes, top paths, days', () => {
    const naive = lines.map((line) => /" (\d{3}) (\d+|-) "/.exec(line)!);
    const parsed = everyLine((event) => [
      event.get('http.response.status_code')?.toString(),
      event.get('http.response.body.bytes')?.toString(),
      event.get('url.path')?.toString(),
    ]);
    expect(tally(parsed.map(([status]) => status))).toEqual(tally(naive.map((match) => match[1])));
    const sum = (values: (string | undefined)[]) =>
      values.reduce((total, value) => total + Number(value ?? 0), 0);
    expect(sum(parsed.map(([, bytes]) => bytes))).toBe(
      sum(naive.map((match) => match[2]!.replace('-', '0'))),
    );
    const paths = lines.map((line) => /"[A-Z]+ ([^ ?"]*)/.exec(line)?.[1]);
    expect(tally(parsed.map(([, , path]) => path)).slice(0, 20)).toEqual(tally(paths).slice(0, 20));
  });

  it('have the time that Date reads', () => {
    const differing = everyLine((event, line) => {
      const [, day, month, year, time, zone] = /\[(\d+)\/(\w+)\/(\d+):(\S+) (\S+)\]/.exec(line)!;
      return event.time === Date.parse(`${day} ${month} ${year} ${time} GMT${zone}`) ? undefined : line;
    });
    expect(differing.filter((line) => line !== undefined)).toEqual([]);
  });

  it('all become documents that say what the fields say', () => {
    for (const line of lines.slice(0, 1000)) fieldsOf(line);
  });
});
