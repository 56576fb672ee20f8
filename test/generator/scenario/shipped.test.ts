import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { LineBatch, Output } from '../../../src/generator/outputs/output.ts';
import { loadScenario, openOutput, parseScenario } from '../../../src/generator/scenario/load.ts';
import { runScenario } from '../../../src/generator/scenario/run.ts';
import { eventually } from '../../support/eventually.ts';

/** What a line says, read here without the parsers of logboom. */
interface Line {
  second: number;
  client: string;
  path: string;
  status: string;
  bytes: number;
}

const start = Date.parse('2026-11-20T10:00:00Z');
const common =
  /^(\S+) - \S+ \[20\/Nov\/2026:(\d\d):(\d\d):(\d\d) \+0000\] "[A-Z]+ (\S+) HTTP\/\S+" (\d{3}) (\d+)/;

function read(line: string): Line {
  const [, client, hour, minute, second, path, status, bytes] = common.exec(line) ?? [];
  expect(client, line).toBeDefined();
  const at = (Number(hour) - 10) * 3_600 + Number(minute) * 60 + Number(second);
  return { client: client!, second: at, path: path!, status: status!, bytes: Number(bytes) };
}

/** Writes a shipped scenario by simulated time. */
async function written(name: string, more: object = {}): Promise<{ lines: Line[]; times: number[] }> {
  const [lines, times]: [Line[], number[]] = [[], []];
  const output: Output = {
    write: async (batch: LineBatch) => {
      lines.push(...batch.lines.map(read));
      times.push(...batch.times);
    },
    close: async () => {},
  };
  await runScenario({ scenario: { ...loadScenario(name), clock: 'simulated', ...more }, output });
  return { lines, times };
}

function countBy(lines: readonly Line[], of: (line: Line) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const line of lines) counts[of(line)] = (counts[of(line)] ?? 0) + 1;
  return counts;
}

/** Shares that a seed gives differ from those asked for by chance: by four standard deviations at most. */
function expectShares(counts: Record<string, number>, weights: Record<string, number>) {
  expect(Object.keys(counts).sort()).toEqual(Object.keys(weights).sort());
  const sum = Object.values(weights).reduce((total, weight) => total + weight, 0);
  const total = Object.values(counts).reduce((all, count) => all + count, 0);
  for (const [key, weight] of Object.entries(weights)) {
    const share = weight / sum;
    const chance = 4 * Math.sqrt(total * share * (1 - share));
    expect(Math.abs(counts[key]! - total * share), `${key}: ${counts[key]}`).toBeLessThan(chance);
  }
}

/** A page of the root is a number. */
const section = ({ path }: Line) => `/${path.split(/[/?]/)[1]!.replace(/^\d+$/, '')}`;
const perSecond = (lines: readonly Line[], seconds: number): number[] => {
  const counts = Array.from({ length: seconds }, () => 0);
  for (const { second } of lines) counts[second]! += 1;
  return counts;
};
const sumOf = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);

describe('the scenario tutorial', () => {
  it('has 100 events a second apart, then 100 within a second, again and again', async () => {
    const rounds = 3;
    const { lines, times } = await written('tutorial', { count: rounds * 200 });
    for (let round = 0; round < rounds; round += 1) {
      const of = times.slice(round * 200, round * 200 + 200).map((at) => at - times[round * 200]!);
      expect(of.slice(0, 100)).toEqual(Array.from({ length: 100 }, (_, i) => i * 1_000));
      expect(of.slice(100)).toEqual(Array.from({ length: 100 }, (_, i) => 100_000 + i * 10));
      // The next round begins where the burst would have gone on.
      if (round > 0) expect(times[round * 200]! - times[round * 200 - 1]!).toBe(10);
    }
    expect(times[0]).toBe(start);
    expect(lines.map(({ second }) => second)).toEqual(times.map((at) => Math.floor((at - start) / 1_000)));
  });

  it('reaches five events within a second with its 105th, as the tutorial says', async () => {
    const { lines } = await written('tutorial', { count: 200 });
    const seen: Record<number, number> = {};
    const crossing = lines.findIndex(({ second }) => {
      seen[second] = (seen[second] ?? 0) + 1;
      return seen[second] >= 5;
    });
    expect(crossing + 1).toBe(105);
  });

  it('goes to Lumberjack in real time, without an end', () => {
    expect(loadScenario('tutorial')).toMatchObject({
      clock: 'real',
      output: { kind: 'lumberjack', port: 5044 },
    });
    expect(loadScenario('tutorial').for ?? loadScenario('tutorial').count).toBeUndefined();
  });
});

describe.each([1, 2])('the scenario log-analyzer with the seed %i', (seed) => {
  let lines: Line[];
  let times: number[];
  beforeAll(async () => {
    ({ lines, times } = await written('log-analyzer', { seed }));
  });

  it('has 200 lines in each second of ten minutes', () => {
    // The line at the end of the ten minutes is beyond them.
    expect(lines).toHaveLength(119_999);
    const gaps = times.slice(1).map((at, i) => at - times[i]!);
    expect(Math.max(...gaps.slice(0, 20_000))).toBeLessThan(5.01);
    expect(Math.min(...gaps.slice(0, 20_000))).toBeGreaterThan(4.99);
    // Lines come at the end of their interval: one on the border of two seconds may be in either.
    for (const count of perSecond(lines, 601).slice(0, 600)) expect(Math.abs(count - 200)).toBeLessThan(2);
  });

  it('has the few statuses in their shares', () => {
    expectShares(
      countBy(lines, ({ status }) => status),
      { 200: 84, 401: 9, 302: 4, 404: 3 },
    );
  });

  it('has the sections in their shares', () => {
    expectShares(countBy(lines, section), { '/twiki': 6, '/mailman': 2, '/razor': 1, '/': 1 });
  });

  it('has most requests from a few addresses, by Zipf, and hundreds with more than ten', () => {
    const counts = Object.values(countBy(lines, ({ client }) => client)).sort((a, b) => b - a);
    const weights = Array.from({ length: 1_000 }, (_, place) => (place + 1) ** -1.2);
    const shareOf = (first: number) => sumOf(weights.slice(0, first)) / sumOf(weights);
    for (const first of [1, 10, 100])
      expect(sumOf(counts.slice(0, first)) / lines.length).toBeCloseTo(shareOf(first), 2);
    expect(shareOf(50)).toBeGreaterThan(0.5);
    expect(counts.length).toBeLessThanOrEqual(1_000);
    expect(counts.filter((count) => count > 10).length).toBeGreaterThan(500);
  });

  it('has sizes that differ', () => {
    const sizes = lines.map(({ bytes }) => bytes);
    expect(sizes.every((size) => Number.isSafeInteger(size) && size >= 0)).toBe(true);
    expect(new Set(sizes).size).toBeGreaterThan(1_000);
  });
});

describe('the scenario access-monitor', () => {
  it('has low traffic, three minutes above ten requests a second, and low traffic again', async () => {
    const { lines } = await written('access-monitor');
    const seconds = perSecond(lines, 720);
    const parts = [
      [0, 240, 4],
      [240, 420, 40],
      [420, 720, 4],
    ] as const;
    for (const [from, to, rate] of parts) {
      const expected = (to - from) * rate;
      expect(Math.abs(sumOf(seconds.slice(from, to)) - expected)).toBeLessThan(4 * Math.sqrt(expected));
    }
    const twoMinutes = (end: number) => sumOf(seconds.slice(end - 120, end)) / 120;
    expect(twoMinutes(240)).toBeLessThan(10);
    expect(twoMinutes(300)).toBeGreaterThan(10);
    expect(twoMinutes(720)).toBeLessThan(10);
    expectShares(countBy(lines, section), { '/api': 6, '/report': 3, '/user': 1, '/': 1 });
    expectShares(
      countBy(lines, ({ status }) => status),
      { 200: 90, 404: 6, 500: 4 },
    );
    expect(new Set(lines.map(({ client }) => client)).size).toBe(50);
  });
});

describe('the generator', () => {
  const main = fileURLToPath(new URL('../../../dist/main.js', import.meta.url));

  it.each([1, 5_000])('writes %i lines of a scenario to standard output, and nothing else', async (count) => {
    const args = [main, 'generate', '--scenario', 'log-analyzer', '--count', `${count}`];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    onTestFinished(() => void child.kill());
    let [text, told] = ['', ''];
    child.stdout.on('data', (chunk) => {
      text += chunk;
    });
    child.stderr.on('data', (chunk) => {
      told += chunk;
    });
    const [code] = await once(child, 'close');
    expect(code).toBe(0);
    const lines = text.split('\n');
    expect(lines.pop()).toBe('');
    expect(lines).toHaveLength(count);
    for (const line of lines) read(line);
    expect(told).toContain(`${count.toLocaleString('en')} lines, of 2026-11-20T10:00:00`);
  });

  it('sends each line of a scenario over UDP, as a datagram of its own', async () => {
    const got: string[] = [];
    const socket = createSocket('udp4');
    socket.on('message', (message) => void got.push(message.toString()));
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    onTestFinished(() => void socket.close());
    // So many small datagrams fit in the receive buffer of a socket, whoever has the processor meanwhile.
    const count = 200;
    const scenario = parseScenario(
      JSON.stringify({
        ...{ clock: 'simulated', count, seed: 5 },
        streams: [{ name: 'app', format: 'logfmt', messages: [{ text: 'job {n} done' }] }],
        output: { kind: 'udp', host: '127.0.0.1', port: socket.address().port },
      }),
      'test.yml',
    );
    const expected: string[] = [];
    const keeping = async ({ lines }: LineBatch) => void expected.push(...lines);
    await runScenario({ scenario, output: { write: keeping, close: async () => {} } });
    const result = await runScenario({ scenario, output: await openOutput(scenario.output, () => {}) });
    expect(result.lines).toBe(count);
    await eventually(() => expect(got).toHaveLength(count));
    expect(got.sort()).toEqual(expected.sort());
  });
});
