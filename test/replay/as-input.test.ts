import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { backtestRules } from '../../src/cli/commands/backtest.ts';
import { parseLines } from '../../src/cli/commands/parse.ts';
import { schema } from '../../src/config/schema/schema.ts';
import { InputsOfFiles } from '../../src/replay/as-input.ts';
import { backtest } from '../../src/replay/backtest.ts';
import { terminal as quietTerminal } from '../support/cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'logboom-as-input-'));
afterAll(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, 'shop'));
mkdirSync(join(folder, 'else'));

const receivedAt = Date.parse('2026-11-21T00:00:00Z');
const line = (minute: number, text: string) =>
  `2026-11-20 10:${String(minute).padStart(2, '0')}:00 INFO ${text}`;
const file = (name: string, ...lines: string[]) => {
  const path = join(folder, name);
  writeFileSync(path, lines.map((one) => `${one}\n`).join(''));
  return path;
};

const shop = file('shop/app.log', line(0, 'paid'), line(1, 'health'), line(2, 'paid'), line(3, 'paid'));
const old = file('shop/app.old.log', line(0, 'paid'));
const other = file('else/app.log', line(0, 'paid'), line(1, 'health'));

const written = {
  time: { zone: 'UTC' },
  inputs: [
    {
      kind: 'file',
      name: 'shop',
      paths: [join(folder, 'shop/*.log')],
      exclude: ['*.old.log'],
      dataset: 'shop.app',
      zone: 'Asia/Tokyo',
      fields: { 'service.name': 'till' },
      tags: ['money'],
    },
    { kind: 'tcp', name: 'net', port: 5170, parser: 'none' },
  ],
  processors: [
    { kind: 'rateLimit', name: 'few', events: 1, per: '1h' },
    { kind: 'drop', name: 'no-health', inputs: ['shop'], if: 'message : "health"' },
    { kind: 'add', name: 'of-net', inputs: ['net'], fields: { 'service.name': 'net' } },
  ],
  rules: [
    { name: 'all', over: '1d', when: '> 0' },
    { name: 'till', where: 'service.name : "till" and tags : "money"', over: '1d', when: '> 0' },
    { name: 'net', where: 'service.name : "net"', over: '1d', when: '> 0' },
    { name: 'health', where: 'message : "health"', over: '1d', when: '> 0' },
    { name: 'dataset', where: 'event.dataset : "shop.app"', over: '1d', when: '> 0' },
  ],
};
const config = schema.parse(written);

const run = async (paths: string[], input?: string, fields: Record<string, string> = {}) => {
  const report = await backtest({ config, inputs: paths, receivedAt, assumeTimes: true, input, fields });
  const counted = report.rules.filter(({ concerned }) => concerned).map(({ rule }) => rule);
  return { ...report, counted };
};

describe('a backtest of a file', () => {
  it('whose path an input names applies the processors, fields and tags of that input', async () => {
    const { counted, withoutEffect } = await run([shop]);
    expect(counted).toEqual(['all', 'till', 'dataset']);
    expect(withoutEffect).toEqual(['few', 'of-net']);
  });

  it('of no input applies processors for all inputs only', async () => {
    const { counted, withoutEffect } = await run([other]);
    expect(counted).toEqual(['all', 'health']);
    expect(withoutEffect).toEqual(['few', 'no-health', 'of-net']);
  });

  it('that the input excludes is of no input', async () => {
    expect((await run([old])).counted).toEqual(['all']);
  });

  it('is of the input that is named', async () => {
    expect((await run([other], 'shop')).counted).toEqual(['all', 'till', 'dataset']);
    const { counted, withoutEffect } = await run([shop], 'net');
    expect(counted).toEqual(['all', 'net', 'health']);
    expect(withoutEffect).toEqual(['few', 'no-health']);
  });

  it('has the time zone of its input', async () => {
    const early = { ...written, rules: [{ name: 'all', over: '1m', when: '> 0' }] };
    const zoned = schema.parse(early);
    const at = async (input?: string) => {
      const { from } = await backtest({ config: zoned, inputs: [other], receivedAt, input });
      return from;
    };
    const hours = 3_600_000;
    expect((await at())! - (await at('shop'))!).toBe(9 * hours);
  });

  it('beside files of other inputs keeps its own', async () => {
    const { counted, rules, withoutEffect } = await run([shop, other]);
    expect(counted).toEqual(['all', 'till', 'health', 'dataset']);
    expect(withoutEffect).toEqual(['few', 'of-net']);
    const values = rules.find(({ rule }) => rule === 'health')!.timeline.columns.map(({ value }) => value);
    expect(values.filter((value) => value !== undefined && value > 0)).toEqual([1]);
  });

  it('has the fields of the command before those of the input', async () => {
    expect((await run([shop], undefined, { 'service.name': 'net' })).counted).toEqual([
      'all',
      'net',
      'dataset',
    ]);
  });

  it('of an input that there is not is refused with those that there are', async () => {
    await expect(run([shop], 'nosuch')).rejects.toThrow(
      'There is no input `nosuch` in the configuration. Known inputs: lumberjack, shop, net.',
    );
  });

  it('is not possible with a journal', async () => {
    mkdirSync(join(folder, 'data/journal'), { recursive: true });
    await expect(run([`journal:${join(folder, 'data')}`], 'shop')).rejects.toThrow('--as-input is for files');
  });
});

describe('objects of JSON in a file', () => {
  const access = '192.0.2.1 - - [20/Nov/2026:10:00:07 +0000] "GET /a HTTP/1.1" 200 612 "-" "-"';
  const sent = {
    '@timestamp': '2026-11-20T10:00:07.940Z',
    message: access,
    event: { dataset: 'apache.access' },
  };
  const path = file('else/events.ndjson', JSON.stringify(sent), JSON.stringify(sent));
  const shopPath = file(
    'shop/events.log',
    JSON.stringify({ ...sent, agent: { id: 'one', ephemeral_id: 'x' } }),
  );
  const kinds = schema.parse({
    inputs: [
      ...[{ kind: 'lumberjack', name: 'beats' }, written.inputs[0], { kind: 'tcp', name: 'tcp', port: 5171 }],
      ...[
        { kind: 'http', name: 'http', port: 5172 },
        { kind: 'udp', name: 'udp', port: 5173 },
      ],
      { kind: 'kafka', name: 'kafka', brokers: ['127.0.0.1:9092'], topics: ['logs'] },
    ],
    rules: [{ name: 'any', kind: 'match', quiet: '1s', lateness: '0s' }],
  });
  const begin = async (inputs: string[], input?: string) => {
    const { transitions } = await backtest({ config: kinds, inputs, receivedAt, input });
    return new Date(transitions[0]!.decided!).toISOString();
  };

  it.each([
    ['lumberjack', '10:00:07.000'],
    ['http', '10:00:07.000'],
    ['kafka', '10:00:07.000'],
    ['shop', '10:00:07.940'],
    ['tcp', '10:00:07.940'],
    ['udp', '10:00:07.940'],
    [undefined, '10:00:07.940'],
  ])('are read as the input %s does, in whose events the line has its own time: %s', async (input, time) => {
    expect(await begin([path], input)).toBe(`2026-11-20T${time}Z`);
  });

  it('that Filebeat wrote are lines where the file is one that a file input reads', async () => {
    expect(await begin([shopPath])).toBe('2026-11-20T10:00:07.940Z');
    expect(await begin([shopPath], 'lumberjack')).toBe('2026-11-20T10:00:07.000Z');
  });
});

describe('the command', () => {
  const yml = join(folder, 'logboom.yml');
  writeFileSync(yml, JSON.stringify(written));

  it('backtest says which processors have no effect', async () => {
    const terminal = quietTerminal(false);
    await backtestRules({ rules: yml, _: [yml, shop], 'as-input': 'shop' }, terminal, receivedAt);
    expect(terminal.text()).toContain('--as-input names the input of the files): few, of-net.');
  });

  it('backtest takes the input that is named', async () => {
    const terminal = quietTerminal(false);
    await backtestRules(
      { rules: yml, _: [yml, other], 'as-input': 'shop', json: true },
      terminal,
      receivedAt,
    );
    const { rules } = JSON.parse(terminal.text()) as { rules: { rule: string; concerned: boolean }[] };
    expect(rules.filter(({ concerned }) => concerned).map(({ rule }) => rule)).toEqual([
      'all',
      'till',
      'dataset',
    ]);
  });

  it('parse reads files as their input does', async () => {
    const terminal = quietTerminal(false);
    await parseLines({ _: [shop], config: yml, ndjson: true }, terminal, receivedAt);
    const documents = terminal
      .text()
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text));
    expect(documents).toHaveLength(3);
    expect(documents[0]).toMatchObject({
      '@timestamp': '2026-11-20T01:00:00.000Z',
      service: { name: 'till' },
      tags: ['money'],
    });
  });

  it('parse takes a zone and a format that are given before those of the input', async () => {
    const terminal = quietTerminal(false);
    const given = { _: ['none', shop], config: yml, ndjson: true, zone: 'UTC' };
    await parseLines(given, terminal, receivedAt);
    const [first] = terminal
      .text()
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text));
    expect(first.service).toEqual({ name: 'till' });
    expect(first.log?.level).toBeUndefined();
  });

  it('parse needs the configuration of an input that is named', async () => {
    await expect(
      parseLines({ _: [shop], 'as-input': 'shop' }, quietTerminal(false), receivedAt),
    ).rejects.toThrow('add --config FILE');
  });
});

it('files of one input share one object, so that their events can share blocks', () => {
  const inputs = new InputsOfFiles(config, 'backtest');
  expect(inputs.for(shop)).toBe(inputs.for(join(folder, 'shop/new.log')));
  expect(inputs.for(other)).toBe(inputs.for('/nowhere/x'));
  expect(inputs.for(other).origin).toEqual({ input: 'backtest', connection: 'backtest', address: '' });
});
