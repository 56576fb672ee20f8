import { pack, unpack } from 'msgpackr';
import { describe, expect, it } from 'vitest';
import type { Batch, Episode, Millis, Notification, Output, Tick, WindowResult } from '../../src/model.ts';
import { aBatch, aTick, at, engineWith, journaled, t } from '../support/journal/records.ts';
import type { AnyInput } from '../support/rules/rules.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

interface Line {
  /** Stamp. */
  time: Millis;
  host: string;
  status: number;
  receivedAt: Millis;
}

const failures: AnyInput = {
  name: 'failures',
  where: 'status >= 500',
  by: ['host.name'],
  over: '10s',
  every: '1s',
  lateness: '5s',
  when: '>= 20',
  notify: ['ops'],
};
const traffic: AnyInput = { name: 'traffic', over: '1m', lateness: '5s' };
const rules: AnyInput[] = [failures, traffic];

const record = ({ time, host, status, receivedAt }: Line): Batch =>
  aBatch([at(time, { host: { name: host }, agent: { id: host }, status })], { receivedAt });

/** One line each second from a host, all well. */
const well = (host: string, seconds: number, behind = 0): Line[] =>
  Array.from({ length: seconds }, (_, n) => {
    const receivedAt = t + n * second;
    return { time: receivedAt - behind, host, status: 200, receivedAt };
  });
/** 40 failures within 10 seconds. */
const incident = (host: string, from: Millis, behind = 0): Line[] =>
  Array.from({ length: 40 }, (_, n) => {
    const receivedAt = from + n * 250;
    return { time: receivedAt - behind, host, status: 503, receivedAt };
  });
const byReceipt = (lines: Line[]) => [...lines].sort((a, b) => a.receivedAt - b.receivedAt);
/** As they would arrive without a delay. */
const inTime = (lines: Line[]) =>
  byReceipt(lines.map((line) => ({ ...line, receivedAt: Math.max(line.time, t - 6 * hour) })));

interface Came {
  windows: Map<string, WindowResult>;
  episodes: Map<string, Episode>;
  messages: Notification[];
  late: number;
  corrected: number;
}

/** What comes of lines, once silence has resolved what it resolves. `restart`: now and then. */
function came(lines: Line[], { correctFor = '24h', late = 'notify', restart = false } = {}): Came {
  const newEngine = () => engineWith(rules, { time: { correctFor, late: late as 'notify' } });
  let engine = newEngine();
  const last = lines.at(-1)!.receivedAt;
  const ticks: Tick[] = Array.from({ length: 600 }, (_, n) => aTick(last + (n + 1) * second));
  const outputs: Output[] = [];
  for (const one of journaled([...lines.map(record), ...ticks])) {
    outputs.push(...engine.process(one));
    if (!restart || one.position % 13 !== 0) continue;
    const stored = unpack(pack(engine.snapshot()));
    engine = newEngine();
    engine.restore(stored);
  }
  const windows = new Map<string, WindowResult>();
  const episodes = new Map<string, Episode>();
  for (const output of outputs) {
    if (output.kind === 'window')
      windows.set([output.window.rule, output.window.group, output.window.end].join(' '), output.window);
    if (output.kind === 'episode') episodes.set(output.episode.id, output.episode);
  }
  const messages = outputs.flatMap((one) => (one.kind === 'notification' ? [one.notification] : []));
  const sum = (of: 'late' | 'corrected') => engine.rules.reduce((all, run) => all + (run[of] ?? 0), 0);
  return { windows, episodes, messages, late: sum('late'), corrected: sum('corrected') };
}

const alertsOf = ({ episodes }: Came) =>
  [...episodes.values()]
    .filter(({ withdrawn }) => !withdrawn)
    .map(({ group, start, end, status, peak }) => ({ group, start, end, status, peak }));
const countsOf = ({ windows }: Came) =>
  [...windows].map(([name, { count, value }]) => [name, count, value]).sort();
const counted = ({ windows }: Came) =>
  [...windows.values()].filter(({ rule }) => rule === 'traffic').reduce((sum, { count }) => sum + count, 0);

const good = well('good', 300);
const behind = 5 * hour;
/** Sources that no clock waits for: see issue kinds in each name. */
const cases: [string, Line[]][] = [
  [
    'a host whose zone is 5 hours behind, beside a good one',
    byReceipt([...good, ...well('zone', 300, behind), ...incident('zone', t + 100 * second, behind)]),
  ],
  [
    'a sender whose clock is set back by 3 minutes before it fails',
    byReceipt([...good, ...well('back', 250), ...incident('back', t + 250 * second, 3 * minute)]),
  ],
  [
    'a backlog that comes after an outage of the shipper of 40 s, newest lines last',
    byReceipt([
      ...good,
      ...incident('backlog', t + 100 * second).map((line) => ({ ...line, receivedAt: t + 150 * second })),
    ]),
  ],
  [
    'batches that the shipper sends again in another order',
    byReceipt([
      ...good,
      ...incident('resent', t + 100 * second).map((line, place) => ({
        ...line,
        receivedAt: t + (130 + 7 * ((place * 17) % 40)) * second,
      })),
    ]),
  ],
];

describe.each(cases)('%s', (_, lines) => {
  const late = came(lines);

  it('raises nothing where late events correct nothing', () => {
    const uncorrected = came(lines, { correctFor: '0s' });
    expect(alertsOf(uncorrected)).toEqual([]);
    expect(uncorrected.late).toBeGreaterThan(20);
  });

  it('raises the alert late, dated right, and tells people once', () => {
    expect(alertsOf(late)).toEqual(alertsOf(came(inTime(lines))));
    expect([...late.episodes.values()]).toMatchObject([{ late: true, status: 'inactive' }]);
    const [episode] = late.episodes.values();
    expect(episode!.detected!).toBeGreaterThan(episode!.end!);
    const told = late.messages.map(({ transition }) => [transition.late, transition.message.slice(0, 6)]);
    expect(told).toEqual([[true, 'Late: ']]);
  });

  it('leaves the windows of all lines in order, each line counted once', () => {
    expect(late.late).toBe(0);
    expect(late.corrected).toBeGreaterThan(20);
    expect(counted(late)).toBe(lines.length);
    expect(countsOf(late)).toEqual(countsOf(came(inTime(lines))));
  });

  it('is the same where the server is restarted now and then', () => {
    expect(came(lines, { restart: true })).toEqual(late);
  });
});

describe('people', () => {
  const [, lines] = cases[1]!;
  it.each<[string, number]>([
    ['notify', 1],
    ['digest', 0],
    ['record', 0],
  ])('with `late: %s` are told at once of %i late alerts', (late, told) => {
    const { messages, episodes } = came(lines, { late });
    const raised = messages.filter(({ at: time }) => time < t + 500 * second);
    expect(raised).toHaveLength(told);
    expect([...episodes.values()]).toMatchObject([{ late: true }]);
  });

  it('get one digest of what late events changed, within ten minutes', () => {
    const incidents = ['a', 'b', 'c'].flatMap((host) =>
      incident(host, t + 100 * second).map((line) => ({ ...line, receivedAt: t + 150 * second })),
    );
    const { messages } = came(byReceipt([...good, ...incidents]), { late: 'digest' });
    expect(messages).toHaveLength(1);
    expect(messages[0]!.transition.message).toContain('changed 3 alerts: a, b, c.');
    expect(messages[0]!.at - (t + 150 * second)).toBeLessThanOrEqual(610 * second);
    expect(came(byReceipt([...good, ...incidents]), { late: 'record' }).messages).toEqual([]);
  });
});

describe('a group that is judged again over hours', () => {
  const kinds: AnyInput[] = [
    { name: 'threshold', over: '10s', when: '>= 3' },
    { name: 'early', over: '10s', every: '1s', when: '>= 3' },
    { name: 'match', kind: 'match', where: 'status : 503', quiet: '1m' },
    { name: 'absence', kind: 'absence', by: ['host.name'], every: '10m', forget: '7d' },
    { name: 'change', kind: 'change', by: ['host.name'], field: 'status', quiet: '1m' },
    {
      name: 'new-term',
      kind: 'new-term',
      by: ['host.name'],
      field: 'status',
      warmUp: '0s',
      remember: '10m',
      quiet: '1m',
    },
  ];
  const line = (after: Millis, status: number, receivedAt = t + after): Line => ({
    ...{ time: t + after, host: 'web', status, receivedAt },
  });
  /** Every other hour three failures between events that are well. */
  const hours = [0, 1, 2, 3, 4, 5, 6].flatMap((n) => [
    line(n * hour, 200),
    ...(n % 2 === 0 ? [1, 2, 3].map((s) => line(n * hour + s * second, 503)) : []),
    line(n * hour + minute, 200),
  ]);
  const late = [line(30 * second, 503, t + 6.5 * hour), line(31 * second, 200, t + 6.5 * hour)];

  /** Ticks as a server that runs writes them, so that hours without events are no downtime. */
  const outcome = (rule: AnyInput, lines: Line[]) => {
    const engine = engineWith([{ ...rule, lateness: '1s' }], { journal: { tick: '1h' } });
    const records: (Batch | Tick)[] = lines.flatMap((one) => [record(one), aTick(one.receivedAt + minute)]);
    const last = lines.at(-1)!.receivedAt;
    const after = Array.from({ length: 30 }, (_, n) => aTick(last + (n + 2) * minute));
    const outputs = journaled([...records, ...after]).flatMap((one) => engine.process(one));
    const episodes = new Map(
      outputs.flatMap((one) => (one.kind === 'episode' ? [[one.episode.id, one.episode]] : [])),
    );
    return [...episodes.values()]
      .filter(({ withdrawn }) => !withdrawn)
      .map(({ start, end }) => [start - t, end === undefined ? 'open' : end - t])
      .sort();
  };

  it.each(kinds)('keeps the alerts that ended hours before its end: $name', (rule) => {
    const inOrder = byReceipt([...hours, ...late.map((one) => ({ ...one, receivedAt: one.time }))]);
    const expected = outcome(rule, [...inOrder, line(6.5 * hour, 200)]);
    expect(expected.length).toBeGreaterThan(2);
    expect(outcome(rule, [...byReceipt([...hours, ...late]), line(6.5 * hour, 200)])).toEqual(expected);
  });
});

/** The group is judged again from the time at which it was forgotten, with an event that was then not yet known. */
describe('a group that is absent, forgotten and seen again', () => {
  const rule: AnyInput = {
    ...{ name: 'absence', kind: 'absence', by: ['host.name'], where: 'host.name : web' },
    ...{ every: '5s', forget: '12s', cooldown: '0s', lateness: '0s' },
  };
  const web = (after: number, receivedAfter = after): Line => ({
    ...{ time: t + after * second, host: 'web', status: 200, receivedAt: t + receivedAfter * second },
  });

  const outcome = (lines: Line[]) => {
    const engine = engineWith([rule], { journal: { tick: '1h' } });
    const clock = well('clock', 200).filter(({ time }) => (time - t) % (5 * second) === 0);
    const records = journaled(byReceipt([...clock, ...lines]).map(record));
    const episodes = new Map<string, Episode>();
    for (const output of records.flatMap((one) => engine.process(one)))
      if (output.kind === 'episode') episodes.set(output.episode.id, output.episode);
    const times = ({ start, end }: Episode) => [start - t, end === undefined ? 'open' : end - t];
    return [...episodes.values()].filter(({ withdrawn }) => !withdrawn).map(times);
  };

  /** It is seen again from 110 s on, without a pause. */
  const again = [110, 114, 118, 122, 126, 130, 134, 138, 142, 146, 150].map((after) => web(after));

  it.each([
    ['before the first event that was known', [web(10, 140), web(104, 150)]],
    ['without a pause before it', [web(10, 140), web(107, 150)]],
    ['between two that came late', [web(10, 140), web(104, 150), web(60, 155)]],
    ['all at once', [web(10, 140), web(60, 140), web(104, 140)]],
    ['in falling order', [web(104, 140), web(60, 150), web(10, 160)]],
  ])('leads to the alerts that it would have led to, where events come late %s', (_, late) => {
    const lines = [...again, ...late];
    const expected = outcome(lines.map((line) => ({ ...line, receivedAt: line.time })));
    expect(expected.length).toBeGreaterThan(1);
    expect(outcome(lines).sort()).toEqual(expected.sort());
  });
});
