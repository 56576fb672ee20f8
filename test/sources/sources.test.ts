import { describe, expect, it } from 'vitest';
import { assembleEngine } from '../../src/engine/assemble-engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import type { Batch } from '../../src/model.ts';
import type { SourceThresholds } from '../../src/sources/judge.ts';
import type { SourceChange } from '../../src/telemetry/components/sources.ts';
import { aBatch, configWith, type Document, journaled, t } from '../support/journal/records.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const thresholds: SourceThresholds = { clock: minute, late: 0.05, unparsed: 0.1 };
const rule = { name: 'r', over: '10s', lateness: '0s', record: false } as const;

const iso = (time: number) => new Date(time).toISOString();
const access = (time: number, status: string | number = 200) =>
  `192.0.2.1 - - [${apacheTime(time)}] "GET / HTTP/1.1" ${status} 12 "-" "-"`;
function apacheTime(time: number): string {
  const [, day, month, year, clock] = /^\w+, (\d+) (\w+) (\d+) (\S+)/.exec(new Date(time).toUTCString())!;
  return `${day}/${month}/${year}:${clock} +0000`;
}
const document = (message: string, readAt: number, more: object = {}): Document => ({
  '@timestamp': iso(readAt),
  message,
  agent: { id: '6e88d53e' },
  host: { name: 'web-1' },
  log: { file: { path: '/var/log/access.log' } },
  ...more,
});

/** One line a second from a receipt time on. */
const lines = (from: number, count: number, line: (at: number, index: number) => string): Batch[] =>
  Array.from({ length: count }, (_, index) => {
    const at = from + index * second;
    return aBatch([document(line(at, index), at)], { receivedAt: at });
  });

/** By default without corrections, so that what comes late is lost. */
const engine = (correctFor = '0s'): Engine =>
  assembleEngine(configWith([rule], { parsers: {}, time: { correctFor } }));
const play = (to: Engine, batches: Batch[]): Engine => {
  for (const record of journaled(batches)) to.process(record);
  return to;
};
const stateOf = (of: Engine, now: number) => of.sources!.report(thresholds, now).list[0]!;
const wordsOf = (changes: SourceChange[]) =>
  changes
    .filter(({ what }) => what !== 'format')
    .map(({ source, what, began, reason }) => `${source} ${began ? 'has' : 'lost'} ${what}: ${reason}`);

describe('the state of a source', () => {
  it('names the host and the file, the format with the share of lines in it, the rate, and when it was last seen', () => {
    const played = play(
      engine(),
      lines(t, 100, (at, index) => (index % 20 === 19 ? 'Segmentation fault' : access(at))),
    );
    expect(stateOf(played, t + 100 * second)).toMatchObject({
      name: 'web-1 /var/log/access.log',
      input: 'lumberjack',
      firstSeen: t,
      lastSeen: t + 99 * second,
      newest: t + 99 * second,
      events: 100,
      format: 'access',
      confidence: 0.95,
      rate: 1,
      offset: 0,
      unparsed: 5,
      late: 0,
      example: { line: 'Segmentation fault', reason: 'is in no known format' },
      problems: [],
    });
  });

  it('is that of text without a format where no line has one, and none of them counts as not read', () => {
    const played = play(
      engine(),
      lines(t, 50, () => 'hello there'),
    );
    expect(stateOf(played, t + minute)).toMatchObject({ format: undefined, confidence: 1, unparsed: 0 });
  });

  it('adds up for each input, with an example of what could not be read', () => {
    const broken = (at: number) => access(at, '2x0');
    const other = aBatch([document('x', t, { host: { name: 'b' }, agent: { id: 'b' } })], {
      origin: { input: 'apps', connection: 'c', address: '' },
      receivedAt: t,
    });
    const played = play(engine(), [...lines(t, 30, broken), other]);
    const { inputs } = played.sources!.report(thresholds, t + 30 * second);
    expect(inputs).toMatchObject({
      lumberjack: { sources: 1, events: 30, formats: ['access'], unparsed: 1, lastEvent: t + 29 * second },
      apps: { sources: 1, events: 1, formats: [], unparsed: 0 },
    });
    expect(inputs.lumberjack!.example!.line).toBe(broken(t + 29 * second));
    expect(inputs.lumberjack!.example!.reason).toMatch(/status/);
  });

  it('goes on from a checkpoint as if nothing had been in between', () => {
    const batches = lines(t, 400, (at, index) =>
      index % 7 === 0 ? 'broken' : access(at - (index % 5) * 20 * second),
    );
    const whole = play(engine(), batches.slice(0, 170));
    const first = play(engine(), batches.slice(0, 170));
    first.sources!.judge(thresholds, t + 170 * second);
    whole.sources!.judge(thresholds, t + 170 * second);
    play(whole, batches.slice(170));
    const restored = engine();
    restored.restore(structuredClone(first.snapshot()));
    play(restored, batches.slice(170));
    const now = t + 400 * second;
    expect(restored.sources!.judge(thresholds, now)).toEqual(whole.sources!.judge(thresholds, now));
    expect(restored.sources!.report(thresholds, now)).toEqual(whole.sources!.report(thresholds, now));
    expect(restored.snapshot()).toEqual(whole.snapshot());
  });
});

describe('a clock or a zone that is wrong', () => {
  const offsets: [what: string, offset: number, reason: RegExp][] = [
    ['a zone 1 h ahead', hour, /1h ahead of the receipt: its lines are likely in a time zone 1h ahead/],
    ['a zone 5 h behind', -5 * hour - 2 * second, /5h2s behind the receipt: .* time zone 5h behind/],
    ['a zone of India', 5.5 * hour, /time zone 5h30m ahead/],
    ['a clock 4 min ahead', 4 * minute, /4m ahead of the receipt: its clock is wrong$/],
    [
      'a clock 7 min behind',
      -7 * minute,
      /7m behind the receipt: its clock is wrong, or its shipper is behind$/,
    ],
  ];

  it.each(offsets)('%s is named with the source', (_, offset, reason) => {
    const played = play(
      engine(),
      lines(t, 20, (at) => access(at + offset)),
    );
    const changes = wordsOf(played.sources!.judge(thresholds, t + 20 * second));
    expect(changes).toHaveLength(offset < -10 * minute || Math.abs(offset) < hour ? changes.length : 1);
    expect(changes[0]).toMatch(/^web-1 \/var\/log\/access\.log has clock: /);
    expect(changes[0]).toMatch(reason);
    const { offset: seconds, problems } = stateOf(played, t + 20 * second);
    expect(seconds).toBe(offset / 1000);
    expect(problems[0]!.kind).toBe('clock');
    // It is said once.
    expect(wordsOf(played.sources!.judge(thresholds, t + 25 * second))).toEqual([]);
  });

  it('is not seen in a backlog that is caught up with: its offset moves', () => {
    const played = play(
      engine(),
      lines(t, 60, (at, index) => access(at - 2 * hour + index * 100 * second)),
    );
    expect(
      wordsOf(played.sources!.judge(thresholds, t + minute)).filter((line) => line.includes('clock')),
    ).toEqual([]);
  });

  it('is not seen in one odd stamp, nor in lines that are read half a minute late', () => {
    const odd = (at: number, index: number) => access(index === 30 ? at + 4 * minute : at - 30 * second);
    const played = play(engine(), lines(t, 60, odd));
    expect(
      wordsOf(played.sources!.judge(thresholds, t + minute)).filter((line) => line.includes('clock')),
    ).toEqual([]);
  });

  it('is over when the clock is set right, and not before it clearly is', () => {
    const played = play(
      engine(),
      lines(t, 20, (at) => access(at + 70 * second)),
    );
    const judge = (now: number) => wordsOf(played.sources!.judge(thresholds, now));
    expect(judge(t + 20 * second)).toHaveLength(1);
    play(
      played,
      lines(t + 20 * second, 20, (at) => access(at + 50 * second)),
    );
    expect(judge(t + 40 * second)).toEqual([]);
    play(
      played,
      lines(t + 40 * second, 20, (at) => access(at)),
    );
    expect(judge(t + minute)).toEqual([
      'web-1 /var/log/access.log lost clock: its stamps agree with the receipt',
    ]);
  });
});

describe('lines that come late or cannot be read', () => {
  it('are told by their share of the last events, and by how late they were', () => {
    const late = (at: number, index: number) => access(index % 4 === 3 ? at - 2 * minute : at);
    const played = play(engine(), lines(t, 200, late));
    const [change, ...more] = wordsOf(played.sources!.judge(thresholds, t + 200 * second));
    expect(more).toEqual([]);
    expect(change).toMatch(
      /has late: 50 of its last 200 events \(25%\) came after windows that they belong to were closed, by up to 1m59s, and are counted nowhere$/,
    );
    expect(stateOf(played, t + 200 * second)).toMatchObject({
      late: 50,
      problems: [{ kind: 'late', value: 0.25 }],
    });
  });

  it('are no problem while they are corrected', () => {
    const late = (at: number, index: number) => access(index % 4 === 3 ? at - 2 * minute : at);
    const played = play(engine('24h'), lines(t, 200, late));
    expect(wordsOf(played.sources!.judge(thresholds, t + 200 * second))).toEqual([]);
    expect(stateOf(played, t + 200 * second)).toMatchObject({ late: 50, lost: 0, lateBy: 119 });
  });

  it('are told with the last such line', () => {
    const broken = (at: number, index: number) => (index % 2 === 0 ? access(at) : 'ouch');
    const played = play(engine(), lines(t, 100, broken));
    const [change] = wordsOf(played.sources!.judge(thresholds, t + 100 * second));
    expect(change).toMatch(
      /has unparsed: \d+ of its last 100 events .* could not be read\. The last one: .*: ouch$/,
    );
  });

  it('are told where they have no time', () => {
    const timeless = Array.from({ length: 30 }, (_, index) =>
      aBatch([{ message: 'no time', host: { name: 'b' } }], { receivedAt: t + index * second }),
    );
    const played = play(engine(), timeless);
    expect(wordsOf(played.sources!.judge(thresholds, t + minute))).toEqual([
      'b has unparsed: 30 of its last 30 events (100%) have no time of their own and are counted as of their receipt',
    ]);
  });

  it('are not told below 20 of them, in a source of any speed', () => {
    const few = (at: number, index: number) => (index < 15 ? access(at - 2 * minute) : access(at));
    const played = play(engine(), lines(t, 40, few));
    expect(wordsOf(played.sources!.judge({ ...thresholds, clock: 0 }, t + minute))).toEqual([]);
  });

  it('are told of a source with one line a minute, too', () => {
    const slow = Array.from({ length: 60 }, (_, index) => {
      const at = t + index * minute;
      return aBatch([document(index < 20 ? access(at) : 'ouch', at)], { receivedAt: at });
    });
    const played = play(engine(), slow);
    expect(wordsOf(played.sources!.judge(thresholds, t + hour))[0]).toMatch(/has unparsed: \d+ of its last/);
  });

  it('are not held against a source that sends nothing for an hour', () => {
    const played = play(
      engine(),
      lines(t, 50, (at) => access(at + hour)),
    );
    expect(wordsOf(played.sources!.judge(thresholds, t + minute))).toHaveLength(1);
    expect(wordsOf(played.sources!.judge(thresholds, t + minute + 2 * hour))[0]).toMatch(
      /lost clock: nothing was received for 2h/,
    );
  });

  it('are not judged by a threshold of 0', () => {
    const played = play(
      engine(),
      lines(t, 50, (at) => access(at + hour)),
    );
    const none = { clock: 0, late: 0, unparsed: 0 };
    expect(wordsOf(played.sources!.judge(none, t + minute))).toEqual([]);
  });
});

describe('the format of a source', () => {
  it('is told when it is recognised, and when it changes', () => {
    const played = play(engine(), lines(t, 40, access));
    const formats = (now: number) =>
      played
        .sources!.judge(thresholds, now)
        .flatMap(({ what, reason }) => (what === 'format' ? [reason] : []));
    expect(formats(t + minute)).toEqual(['its lines are in the format access']);
    expect(formats(t + minute)).toEqual([]);
    play(
      played,
      lines(t + minute, 100, (at) => JSON.stringify({ time: iso(at), level: 'info', msg: 'x' })),
    );
    expect(formats(t + 3 * minute)).toEqual(['its lines are in the format json, and were access before']);
  });
});

describe('the memory for sources', () => {
  it('is bounded: those that were seen longest ago are forgotten, and counted', async () => {
    const { Sources } = await import('../../src/sources/sources.ts');
    const sources = new Sources(50);
    const event = (index: number) => ({
      time: t,
      statedTime: t,
      timeSource: 'sender' as const,
      isAhead: false,
      receivedAt: t + index,
      message: 'x',
      parseFailure: undefined,
      choice: () => ({ format: undefined, failure: undefined }),
      get: () => undefined,
      batch: { origin: { input: 'tcp' } },
    });
    for (let index = 0; index < 1_000; index += 1) sources.note(`source ${index}`, event(index), undefined);
    const report = sources.report(thresholds, t + second);
    expect(report.known).toBeLessThanOrEqual(50);
    expect(report.known + report.forgotten).toBe(1_000);
    expect(report.list[0]!.name).toBe('source 999');
    const restored = new Sources(50);
    restored.restore(structuredClone(sources.snapshot()));
    expect(restored.report(thresholds, t + second)).toEqual(report);
  });
});
