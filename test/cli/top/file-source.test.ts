import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { runCommand } from 'citty';
import { describe, expect, it, onTestFinished } from 'vitest';
import { topCommand } from '../../../src/cli/definitions/top.ts';
import { FileSource } from '../../../src/cli/top/file-source.ts';
import { schema } from '../../../src/config/schema/schema.ts';
import { aFolder } from '../../support/folder.ts';

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** A line of an access log at a time. */
function line(at: number, path: string, status: number): string {
  const [, year, month, day, time] = /^(\d+)-(\d+)-(\d+)T([\d:]+)/.exec(new Date(at).toISOString())!;
  return `192.0.2.7 - - [${day}/${months[Number(month) - 1]}/${year}:${time} +0000] "GET ${path} HTTP/1.1" ${status} 512 "-" "curl/8"\n`;
}

const start = Date.now() - 3_600_000;
const lines = (count: number, status: (number: number) => number, every = 500) =>
  Array.from({ length: count }, (_, number) =>
    line(start + number * every, `/shop/${number % 3}`, status(number)),
  ).join('');

function aFile(text: string | Buffer, name = 'access.log'): string {
  const path = join(aFolder(), name);
  writeFileSync(path, text);
  return path;
}

function source(paths: string[], once = true): FileSource {
  const made = new FileSource({ paths, zone: 'UTC', once });
  onTestFinished(() => made.close());
  return made;
}

describe('logboom top --config on files', () => {
  it('applies the processors of the input that names a file, and names those without effect', async () => {
    const text = lines(300, () => 200);
    const [path, packed, other] = [aFile(text), aFile(gzipSync(text), 'access.log.gz'), aFile(text)];
    const config = schema.parse({
      inputs: [{ kind: 'file', name: 'shop', paths: [path, packed], dataset: 'shop.access' }],
      processors: [
        { kind: 'rateLimit', name: 'few', events: 1, per: '1h' },
        { kind: 'drop', name: 'one-path', inputs: ['shop'], if: 'url.path : "/shop/1"' },
      ],
    });
    const read = async (paths: string[], query = '') => {
      const made = new FileSource({ paths, zone: 'UTC', once: true, config });
      onTestFinished(() => made.close());
      const { events, problems } = await made.read(query);
      return [events, problems];
    };
    const told = (names: string) => [`processors without effect on these files: ${names}`];
    expect(await read([path])).toEqual([200, told('few')]);
    expect(await read([path, packed], 'event.dataset : "shop.access"')).toEqual([400, told('few')]);
    expect(await read([other])).toEqual([300, told('few, one-path')]);
  });
});

describe('logboom top --as-input', () => {
  const config = schema.parse({
    time: { zone: 'Europe/Berlin' },
    parsers: {
      formats: { stock: { pattern: '^(?<timestamp>\\S+ \\S+) INFO (?<url__path>\\S+) (?<code>\\d+)$' } },
    },
    inputs: [
      {
        kind: 'file',
        name: 'stock',
        paths: ['/var/log/stock.log'],
        parser: 'stock',
        dataset: 'shop.stock',
        zone: 'Asia/Tokyo',
      },
      { kind: 'file', name: 'plain', paths: ['/var/log/plain.log'] },
    ],
  });
  const text = '2026-01-01 12:00:00 INFO /a 200\n2026-01-01 12:00:01 INFO /b 500\n';
  const read = async (given: object, query = '') => {
    const made = new FileSource({ paths: [aFile(text, 'elsewhere.log')], once: true, config, ...given });
    onTestFinished(() => made.close());
    return made.read(query);
  };

  it('reads files with the parser, the fields and the zone of that input', async () => {
    const of = (time: string) => `@timestamp >= "${time}" and event.dataset: "shop.stock"`;
    expect((await read({ input: 'stock' }, of('2026-01-01T03:00:01Z'))).events).toBe(1);
    expect((await read({ input: 'stock' }, 'code: 500')).events).toBe(1);
    expect((await read({ input: 'stock', zone: 'UTC' }, of('2026-01-01T12:00:01Z'))).events).toBe(1);
  });

  it('without it reads them with the zone of the configuration, or that which is given', async () => {
    const of = (time: string) => `@timestamp >= "${time}"`;
    expect((await read({}, of('2026-01-01T11:00:01Z'))).events).toBe(1);
    expect((await read({ zone: 'UTC' }, of('2026-01-01T12:00:01Z'))).events).toBe(1);
    expect((await read({ input: 'plain' }, 'code: 500')).events).toBe(0);
  });

  it('names the inputs where there is none of that name', () => {
    expect(() => new FileSource({ paths: [aFile(text)], once: true, config, input: 'shop' })).toThrow(
      'There is no input `shop` in the configuration. Known inputs: lumberjack, stock, plain.',
    );
  });

  it.each([
    [['--as-input', 'stock'], '--as-input is for files'],
    [['--as-input', 'stock', 'access.log'], '--as-input needs the configuration'],
  ])('of the command line %j is refused', async (argv, reason) => {
    await expect(runCommand(topCommand, { rawArgs: argv })).rejects.toThrow(reason);
  });
});

describe('logboom top on files', () => {
  it('finds the format by itself and counts', async () => {
    const { events, errors, tops, statuses, title, progress } = await source([
      aFile(lines(300, (n) => (n % 100 ? 200 : 500))),
    ]).read('');
    expect([events, errors, statuses['5xx'], title, progress]).toEqual([300, 3, 3, 'access.log', undefined]);
    expect(tops.sections).toEqual([expect.objectContaining({ value: '/shop', events: 300 })]);
    expect(tops.paths.map(({ events: count }) => count)).toEqual([100, 100, 100]);
  });

  it('reads several files, compressed ones too, and a last line without an end', async () => {
    const half = lines(10, () => 200);
    const paths = [aFile(gzipSync(half), 'access.log.1.gz'), aFile(half.trimEnd())];
    const { events, title } = await source(paths).read('');
    expect([events, title]).toEqual([20, 'access.log.1.gz access.log']);
  });

  it('raises its own rules on what it reads', async () => {
    const text = lines(600, (number) => (number > 200 && number < 320 ? 503 : 200));
    const { history, alerts } = await source([aFile(text)]).read('');
    expect(alerts).toEqual([]);
    expect(history.map(({ begins, text: told }) => [begins, told])).toEqual([
      [false, 'Many errors is over'],
      [true, expect.stringMatching(/^Many errors: .*% of the events are errors/)],
    ]);
  });

  it('follows what is appended', async () => {
    const path = aFile(line(Date.now(), '/a', 200));
    const followed = source([path], false);
    expect((await followed.read('')).events).toBe(1);
    appendFileSync(path, line(Date.now(), '/b', 500));
    expect(await followed.read('')).toMatchObject({ events: 2, errors: 1 });
  });

  it('shows first numbers of a large file at once, and how far it is', async () => {
    const path = aFile(lines(200_000, () => 200, 1));
    const began = performance.now();
    const { events, progress } = await source([path], false).read('');
    expect(events).toBeGreaterThan(0);
    expect(events).toBeLessThan(200_000);
    expect(progress).toMatch(/^reading \d+ % of \d+/);
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  it('counts what matches a filter', async () => {
    const path = aFile(lines(30, (number) => (number % 3 ? 200 : 404)));
    expect((await source([path]).read('http.response.status_code: 404')).events).toBe(10);
    await expect(source([path]).read('a: (')).rejects.toMatchObject({ code: 'KQL_SYNTAX' });
  });

  it('says when lines have no time', async () => {
    const { problems, events } = await source([aFile('one\ntwo\n')]).read('');
    expect([events, problems]).toEqual([2, ['2 lines have no time that can be read; they count as of now']]);
  });

  it('explains an alert from what it has, and says that nobody can acknowledge it', async () => {
    const one = source([aFile(lines(10, () => 200))]);
    await expect(one.explain('x')).rejects.toThrow('forgotten');
    await expect(one.acknowledge()).rejects.toThrow('cannot be acknowledged');
    await expect(one.silence()).rejects.toThrow('cannot be silenced');
  });

  it.each([
    [[], 'Name a log file'],
    [['/nowhere/a.log'], 'Cannot read /nowhere/a.log'],
  ])('refuses %j', (paths, message) => expect(() => source(paths)).toThrow(message));
});
