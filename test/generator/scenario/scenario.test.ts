import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parsers } from '../../../src/config/schema/parsers.ts';
import type { Incident } from '../../../src/generator/incidents.ts';
import type { LineBatch, Output } from '../../../src/generator/outputs/output.ts';
import { loadScenario, parseScenario, shippedScenarios } from '../../../src/generator/scenario/load.ts';
import { runScenario } from '../../../src/generator/scenario/run.ts';
import { accessFormats, messageFormats, type Scenario } from '../../../src/generator/scenario/schema.ts';
import { EventReader } from '../../../src/parsers/event.ts';
import { batch, blockOf } from '../../support/events.ts';

const folder = mkdtempSync(join(tmpdir(), 'logboom-scenario-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Keeps what is written. */
class Kept implements Output {
  readonly all: { line: string; at: number; host: string; stream: string }[] = [];
  closed = false;

  async write({ lines, times, sources }: LineBatch): Promise<void> {
    for (const [i, line] of lines.entries()) this.all.push({ line, at: times[i]!, ...sources[i]! });
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}

const scenarioOf = (written: object): Scenario =>
  parseScenario(JSON.stringify({ clock: 'simulated', ...written }), 'test.yml');

async function linesOf(written: object) {
  const output = new Kept();
  const result = await runScenario({ scenario: scenarioOf(written), output });
  return { ...result, all: output.all, output };
}

const stream = (more: object = {}) => ({ name: 'web', format: 'combined', ...more });
const start = Date.parse('2026-11-20T10:00:00Z');

/** A line as the parsers of logboom read it. */
function read(line: string) {
  const reader = new EventReader({ parsers: parsers.parse({}), time: { zone: 'UTC' } });
  reader.open(blockOf(JSON.stringify({ '@timestamp': '2026-11-20T12:00:00.000Z', message: line })), batch);
  return reader.next()!;
}

describe('a line of the format', () => {
  it.each([...accessFormats, ...messageFormats])(
    '%s is read by its parser, with its time',
    async (format) => {
      const messages = (['debug', 'info', 'warning', 'error'] as const).map((level) => ({
        level,
        text: `job {n} said "${level}"`,
      }));
      const { all } = await linesOf({
        count: 200,
        streams: [stream({ format, messages, traffic: { shape: 'poisson', rate: 3 } })],
      });
      expect(all).toHaveLength(200);
      for (const { line, at } of all) {
        const event = read(line);
        expect(event.parseFailure, line).toBeUndefined();
        expect(event.choice().format, line).toBeDefined();
        expect(event.timeSource, line).toBe('line');
        // Stamps have milliseconds, or whole seconds.
        expect(at - event.time, line).toBeGreaterThan(-1);
        expect(at - event.time, line).toBeLessThan(1_000);
      }
      if (format === 'combined') expect(read(all[0]!.line).get('source.ip')).toMatch(/^10\./);
      if (format === 'python')
        expect(new Set(all.map(({ line }) => read(line).get('log.level'))).size).toBe(4);
    },
  );
});

describe('a scenario', () => {
  it('is the same for a seed, and another for another', async () => {
    const written = { count: 500, streams: [stream(), stream({ name: 'app', format: 'json' })] };
    const [one, same, other] = [
      await linesOf(written),
      await linesOf(written),
      await linesOf({ ...written, seed: 2 }),
    ];
    expect(same!.all).toEqual(one!.all);
    expect(other!.all).not.toEqual(one!.all);
    expect(one!.output.closed).toBe(true);
  });

  it('writes the lines of all streams in order of time, until its end', async () => {
    const { all, from, to, lines } = await linesOf({
      for: '10m',
      streams: [stream({ hosts: ['a', 'b'] }), stream({ name: 'app', format: 'logfmt' })],
    });
    expect(all.map(({ at }) => at)).toEqual(all.map(({ at }) => at).toSorted((a, b) => a - b));
    expect(new Set(all.map(({ host, stream: name }) => `${name} ${host}`))).toEqual(
      new Set(['web a', 'web b', 'app web-1']),
    );
    expect(from).toBeGreaterThan(start);
    expect(to).toBeLessThan(start + 600_000);
    // Two streams of ten a second: 12,000, and three standard deviations.
    expect(Math.abs(lines - 12_000)).toBeLessThan(3 * Math.sqrt(12_000));
  });

  it.each<[what: string, traffic: object, of: (seconds: number[]) => void]>([
    [
      'evenly spaced',
      { shape: 'steady', rate: 5 },
      (seconds) => expect(new Set(seconds.slice(1, -1))).toEqual(new Set([5])),
    ],
    [
      'ten times as many in a peak, again and again',
      { shape: 'steady', rate: 5, peaks: [{ at: '1m', every: '2m', for: '10s', times: 10 }] },
      (seconds) => {
        expect(seconds[30]).toBe(5);
        expect(seconds[65]).toBe(50);
        expect(seconds[185]).toBe(50);
        expect(seconds[100]).toBe(5);
      },
    ],
    [
      'none in a pause',
      { shape: 'poisson', rate: 50, peaks: [{ at: '1m', for: '30s', times: 0 }] },
      (seconds) => expect(seconds.slice(60, 90)).toEqual(Array.from({ length: 30 }, () => 0)),
    ],
    [
      'as in the tutorial',
      { shape: 'tutorial' },
      (seconds) => {
        expect(seconds.slice(0, 100)).toEqual(Array.from({ length: 100 }, () => 1));
        expect(seconds[100]).toBe(100);
      },
    ],
  ])('has traffic %s', async (_, traffic, check) => {
    const { all } = await linesOf({ for: '5m', streams: [stream({ traffic })] });
    const seconds = Array.from({ length: 300 }, () => 0);
    // Steady lines come at the end of their interval: one on the border of two seconds belongs to the first.
    const offset = (traffic as { shape: string }).shape === 'tutorial' ? 0 : 1e-3;
    for (const { at } of all) seconds[Math.floor((at - start - offset) / 1_000)]! += 1;
    check(seconds);
  });

  it('is quieter by night', async () => {
    const { all } = await linesOf({
      start: '2026-11-20T00:00:00Z',
      for: '24h',
      streams: [stream({ traffic: { rate: 0.5, night: 0.1 } })],
    });
    const byHour = Array.from({ length: 24 }, () => 0);
    for (const { at } of all) byHour[new Date(at).getUTCHours()]! += 1;
    expect(byHour[0]! / byHour[12]!).toBeLessThan(0.2);
    expect(byHour[6]! / byHour[12]!).toBeGreaterThan(0.4);
  });

  it('has messages at their period, of each host', async () => {
    const { all } = await linesOf({
      for: '5m',
      streams: [
        {
          name: 'app',
          format: 'json',
          hosts: ['a', 'b'],
          traffic: { shape: 'steady', rate: 1 },
          messages: [
            { text: 'work' },
            { text: 'heartbeat', every: '30s' },
            { text: 'alarm', level: 'error', every: '2m' },
          ],
        },
      ],
    });
    const of = (text: string, host: string) =>
      all
        .filter((one) => one.host === host && one.line.includes(`"${text}"`))
        .map(({ at }) => (at - start) / 1_000);
    expect(of('heartbeat', 'a')).toEqual([30, 60, 90, 120, 150, 180, 210, 240, 270]);
    expect(of('heartbeat', 'b')).toHaveLength(9);
    expect(of('alarm', 'a')).toEqual([120, 240]);
  });

  it('writes stamps that are late, early, out of order and in a wrong zone, in the shares that it names', async () => {
    const disorder = { late: 0.1, lateBy: '1m', early: 0.05, earlyBy: '10m', wrongZone: 0.02, zoneOffset: 3 };
    const { all } = await linesOf({ count: 5_000, streams: [stream({ format: 'json', disorder })] });
    const differences = all.map(({ line, at }) =>
      Math.round((Date.parse(JSON.parse(line).time) - at) / 1_000),
    );
    const shareOf = (seconds: number) => differences.filter((one) => one === seconds).length / 5_000;
    expect(shareOf(-60)).toBeCloseTo(0.1, 1);
    expect(shareOf(600)).toBeCloseTo(0.05, 1);
    expect(shareOf(10_800)).toBeGreaterThan(0.01);
    expect(shareOf(0)).toBeGreaterThan(0.78);
    const shuffled = await linesOf({
      count: 500,
      streams: [stream({ format: 'json', disorder: { shuffle: '5s' } })],
    });
    const stamps = shuffled.all.map(({ line }) => Date.parse(JSON.parse(line).time));
    expect(stamps).not.toEqual(stamps.toSorted((a, b) => a - b));
  });

  it('has clients by the distribution that it names', async () => {
    const countsBy = async (by: string) => {
      const requests = { addresses: { by, count: 100 } };
      const { all } = await linesOf({ count: 20_000, streams: [stream({ requests })] });
      const counts = new Map<string, number>();
      for (const { line } of all) {
        const address = line.slice(0, line.indexOf(' '));
        counts.set(address, (counts.get(address) ?? 0) + 1);
      }
      return (place: number) => counts.get(`10.0.0.${place}`) ?? 0;
    };
    const zipf = await countsBy('zipf');
    expect(zipf(1) / zipf(10)).toBeGreaterThan(7);
    expect(zipf(1) / zipf(10)).toBeLessThan(14);
    const uniform = await countsBy('uniform');
    expect(Math.max(uniform(1), uniform(50), uniform(100))).toBeLessThan(300);
    const binomial = await countsBy('binomial');
    expect(binomial(50)).toBeGreaterThan(1_000);
    expect(binomial(1) + binomial(100)).toBe(0);
  });

  it('has statuses and sections by weight', async () => {
    const requests = { statuses: { 200: 3, 500: 1 }, sections: { '/a': 4, '/b': 1 } };
    const { all } = await linesOf({ count: 4_000, streams: [stream({ requests })] });
    expect(all.filter(({ line }) => line.includes('" 500 ')).length / 4_000).toBeCloseTo(0.25, 1);
    expect(all.filter(({ line }) => line.includes(' /b/')).length / 4_000).toBeCloseTo(0.2, 1);
  });
});

describe('an incident', () => {
  const during = async (kind: string, host?: string) => {
    const labels = join(folder, `${kind}.ndjson`);
    const found = await linesOf({
      for: '30m',
      labels,
      streams: [stream({ hosts: ['a', 'b'], traffic: { shape: 'steady', rate: 10 } })],
      incidents: [{ kind, at: '10m', for: '10m', ...(host && { host }) }],
    });
    const label = JSON.parse(readFileSync(labels, 'utf8')) as Incident;
    expect(label).toEqual({ kind, host: host ?? '', start: start + 600_000, end: start + 1_200_000 });
    return found.all.filter(({ at }) => at >= label.start && at < label.end);
  };
  const failing = (lines: { line: string }[]) =>
    lines.filter(({ line }) => /" 50[023] /.test(line)).length / lines.length;

  it('is a burst of its host', async () => {
    const lines = await during('burst', 'a');
    const of = (name: string) => lines.filter(({ host }) => host === name).length;
    expect(of('a')).toBeGreaterThan(8 * of('b'));
  });
  it('is a burst', async () => expect((await during('burst')).length).toBeGreaterThan(50_000));
  it('is a silence of its host', async () => {
    const lines = await during('silence', 'a');
    expect(lines.filter(({ host }) => host === 'a')).toEqual([]);
    expect(lines.length).toBeGreaterThan(2_500);
  });
  it('is a wave of errors', async () => expect(failing(await during('error wave'))).toBeCloseTo(0.45, 1));
  it('is a slow drift', async () => {
    const lines = await during('slow drift');
    expect(failing(lines.slice(0, 1_000))).toBeLessThan(0.12);
    expect(failing(lines.slice(-1_000))).toBeGreaterThan(0.3);
  });
  it('is a flapping service', async () => {
    const lines = await during('flapping');
    const minute = (number: number) =>
      lines.filter(({ at }) => Math.floor((at - start - 600_000) / 60_000) === number);
    expect(failing(minute(0))).toBeGreaterThan(0.4);
    expect(failing(minute(1))).toBeLessThan(0.1);
  });
  it('is a scanner', async () => {
    const lines = await during('scanner');
    const scans = lines.filter(({ line }) => line.startsWith('203.0.113.66 '));
    expect(scans.length / lines.length).toBeCloseTo(0.9, 1);
    expect(scans.every(({ line }) => line.includes('" 404 '))).toBe(true);
  });
});

describe('a real clock', () => {
  it('writes each line when it is due, by the present time, and stops at the signal', async () => {
    const output = new Kept();
    const stop = new AbortController();
    const scenario = scenarioOf({
      clock: 'real',
      streams: [stream({ traffic: { shape: 'steady', rate: 200 } })],
    });
    const began = Date.now();
    setTimeout(() => stop.abort(), 500);
    const { lines } = await runScenario({ scenario, output, signal: stop.signal });
    const took = Date.now() - began;
    expect(lines).toBeGreaterThan(20);
    expect(lines).toBeLessThanOrEqual((took / 1_000) * 200 + 1);
    expect(Math.abs(output.all[0]!.at - began)).toBeLessThan(1_000);
  });
});

describe('a file of a scenario', () => {
  it.each(shippedScenarios())('%s comes with logboom and is valid', async (name) => {
    const scenario = loadScenario(name);
    const output = new Kept();
    await runScenario({
      scenario: { ...scenario, clock: 'simulated', count: 300, labels: undefined },
      output,
    });
    expect(output.all).toHaveLength(300);
    for (const { line } of output.all) expect(read(line).parseFailure).toBeUndefined();
  });

  it('reproduces the high traffic of the access-log monitor', async () => {
    const output = new Kept();
    await runScenario({ scenario: { ...loadScenario('access-monitor'), clock: 'simulated' }, output });
    /** Requests a second over the last two minutes. */
    const rateAt = (minutes: number) => {
      const end = start + minutes * 60_000;
      return output.all.filter(({ at }) => at >= end - 120_000 && at < end).length / 120;
    };
    expect(rateAt(4)).toBeLessThan(10);
    expect(rateAt(6.5)).toBeGreaterThan(10);
    expect(rateAt(11)).toBeLessThan(10);
  });

  it.each<[what: string, text: string, message: RegExp]>([
    ['an unknown setting', 'streams: [{ name: a, format: json, fromat: 1 }]', /streams\[0\]/],
    ['an unknown format', 'streams: [{ name: a, format: xml }]', /streams\[0\]\.format/],
    ['no streams', 'streams: []', /streams/],
    ['a broken file', 'streams: [', /not a valid scenario/],
  ])('names %s', (_, text, message) => {
    expect(() => parseScenario(text, 'my.yml')).toThrow(
      expect.objectContaining({ code: 'USAGE', message: expect.stringMatching(message) }),
    );
  });

  it('names the scenarios that there are', () => {
    expect(() => loadScenario('shpo')).toThrow(/one of access-monitor, log-analyzer, shop, tutorial/);
  });
});
