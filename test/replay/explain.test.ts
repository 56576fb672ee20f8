import { describe, expect, it } from 'vitest';
import { type Config, type ConfigInput, schema } from '../../src/config/schema/schema.ts';
import { combinedTime } from '../../src/generator/access-line.ts';
import { ReplayThread } from '../../src/replay/apart.ts';
import { backtest } from '../../src/replay/backtest.ts';
import { explain } from '../../src/replay/explain/explain.ts';
import { inquiryFrom } from '../../src/replay/explain/inquiry.ts';
import { type Asked, questionFrom } from '../../src/replay/explain/question.ts';
import { type Given, journalOf } from '../support/journal/folder.ts';

const start = Date.parse('2026-01-01T00:00:00Z');
const line = (second: number, status = 200, address = '192.0.2.1') =>
  `${address} - - [${combinedTime(start + second * 1_000)}] "GET / HTTP/1.1" ${status} 7 "-" "-"`;

/** Five errors of one client within ten seconds, one of another; then a late line, and silence. */
const records: Given[] = [
  { at: start + 5_000, lines: [line(0), line(1, 500), line(2, 500), line(3, 500)] },
  { at: start + 9_000, lines: [line(7, 500), line(8, 500), line(8, 500, '192.0.2.2')] },
  { at: start + 40_000, lines: [line(39), line(5, 500)] },
  ...Array.from({ length: 200 }, (_, i) => ({ at: start + 40_000 + i * 500 })),
];

const rule = {
  name: 'errors',
  where: 'http.response.status_code >= 500',
  by: ['source.ip'],
  over: '10s',
  lateness: '2s',
  when: '>= 3',
  keepActiveFor: '0s',
  notify: ['log'],
} as const;

async function ofRules(
  rules: ConfigInput['rules'],
  given = records,
  time: ConfigInput['time'] = {},
): Promise<Config> {
  return schema.parse({ data: await journalOf(given), rules, time });
}
const errors = { ...rule, for: '10s', by: [...rule.by], notify: [...rule.notify] };
/** The same without a time to wait for. */
const atOnce = { ...errors, for: '0s' };

describe('explain ALERT-ID', () => {
  it('says why it fired, with the windows around it', async () => {
    const config = await ofRules([atOnce]);
    const { transitions } = await backtest({ config, inputs: [`journal:${config.data}`], receivedAt: 0 });
    const found = await explain(questionFrom({ alert: transitions[0]!.episode }), config);
    expect(found.answer).toBe(
      'It became active with the window 2026-01-01T00:00:00.000Z to 2026-01-01T00:00:10.000Z: ' +
        'count 3 is >= 3, before the window is over. It was notified: it became active.',
    );
    expect(found.group).toBe('192.0.2.1');
    expect(found.windows.map(({ to, value, early }) => [to, value, early])).toEqual([
      ['active', 3, true],
      ['active', 6, false],
      ['inactive', 0, false],
    ]);
    expect(found.settings).toMatchObject({ when: '>= 3', over: 10_000 });
  });

  it('says when it was told where a cooldown held the message back', async () => {
    const often = Array.from({ length: 20 }, (_, place) => line(40 + 2 * place, 500));
    const given = [...records.slice(0, 2), { at: start + 90_000, lines: [...often, line(120)] }];
    const { keepActiveFor: _, ...cooled } = { ...atOnce, lateness: '0s', cooldown: '65s' };
    const config = await ofRules([cooled], given);
    const { transitions, rules } = await backtest({
      ...{ config, inputs: [`journal:${config.data}`], receivedAt: 0 },
    });
    const again = transitions.findLast(({ to }) => to === 'active')!;
    const { answer, windows } = await explain(questionFrom({ alert: `${again.id}-log` }), config);
    expect(answer).toMatch(
      /It was not notified: cooldown of 1m5s since 00:00:10 has \d+s left\. With the window /,
    );
    expect(answer).toContain(
      '2026-01-01T00:01:10.000Z to 2026-01-01T00:01:20.000Z it was notified: the cooldown is over, and the alert is still open.',
    );
    expect(windows.filter(({ notification }) => notification?.startsWith('notified'))).toHaveLength(2);
    expect(rules[0]!.notifications).toBe(4);
  });

  it('takes the id of a transition or a message, too', () => {
    const id = 'errors~a-b~2026-01-01T00:00:00.000Z';
    for (const alert of [id, `${id}-2`, `${id}-2-ops-slack`]) {
      expect(questionFrom({ alert })).toEqual({ alert: id, rule: 'errors', at: start });
    }
  });

  it('says so where the journal holds nothing of it', async () => {
    const config = await ofRules([atOnce]);
    const question = questionFrom({ alert: 'errors~192.0.2.9~2026-01-01T00:00:00.000Z' });
    await expect(explain(question, config)).rejects.toThrow(
      /journal holds nothing about the alert errors~192/,
    );
  });
});

describe('what was not counted', () => {
  const at = (second: number) =>
    questionFrom({ rule: 'errors', at: new Date(start + second * 1_000).toISOString() });
  const sources = ['127.0.0.1:1#1'];

  it('comes before the answer, also where the rule fired: late events, ahead, without a time, and not read', async () => {
    const ahead = line(3_605, 500);
    const given = [
      {
        at: start + 5_000,
        lines: [
          line(0),
          line(1, 500),
          line(2, 500),
          line(3, 500),
          ahead,
          line(4, '5x0' as never),
          'Segmentation fault',
        ],
      },
      ...records.slice(1),
    ];
    const config = await ofRules([atOnce], given);
    const { notCounted, sources: found } = await explain(at(5), config);
    const [source] = sources;
    expect(found).toEqual([
      {
        ...{
          source,
          events: 11,
          late: 1,
          lateBy: 34_000,
          ahead: 1,
          aheadBy: 3_600_000,
          untimed: 1,
          unparsed: 2,
        },
        example: { line: line(4, '5x0' as never), reason: expect.stringContaining('status') },
      },
    ]);
    expect(notCounted).toHaveLength(1);
    expect(notCounted[0]).toMatch(
      /^Of 11 events of 127\.0\.0\.1:1#1, 1 came after the windows of the rule were closed, by up to 34s; 1 were stamped up to 1h ahead and count as of their receipt; 1 have no time and count as of their receipt; 2 were not read, such as "192/,
    );
    const { transitions } = await backtest({ config, inputs: [`journal:${config.data}`], receivedAt: 0 });
    const fired = await explain(questionFrom({ alert: transitions[0]!.episode }), config);
    expect(fired.notCounted[0]).toMatch(/^Of 1\d events/);
  });

  it('is nothing where all is well, which is said, too', async () => {
    const { notCounted } = await explain(at(5), await ofRules([atOnce], records.slice(0, 2)));
    expect(notCounted).toEqual([
      'All 7 events of 1 source between 2025-12-31T23:59:45.000Z and 2026-01-01T00:00:15.000Z came in time, have a time, and were read.',
    ]);
  });

  it('is said where the rule counted nothing at all, because no line was read', async () => {
    const given = [{ at: start + 15_000, lines: [line(14), 'nonsense 1', 'nonsense 2', line(15)] }];
    await expect(explain(at(15), await ofRules([atOnce], given))).rejects.toThrow(
      /nothing about rule errors .* Of 4 events of .*, 2 have no time and count as of their receipt; 2 were not read, such as "nonsense 1": is in no known format\.$/,
    );
  });
});

describe('explain RULE --at', () => {
  const at = (second: number, group?: string) =>
    questionFrom({ rule: 'errors', at: new Date(start + second * 1_000).toISOString(), group });

  it('says why it did not fire: what held did not last', async () => {
    const { answer, windows } = await explain(at(15), await ofRules([errors]));
    expect(answer).toContain('At 2026-01-01T00:00:15.000Z it was pending, by the window');
    expect(answer).toContain('count 6 is >= 3; it must hold for 10s.');
    expect(windows[0]).toMatchObject({ from: 'inactive', to: 'pending', deadline: start + 20_000 });
  });

  it('says why it did not fire: the value was never there', async () => {
    const { answer, group } = await explain(at(15, '192.0.2.2'), await ofRules([atOnce]));
    expect(group).toBe('192.0.2.2');
    expect(answer).toMatch(/it was inactive, by the window .*: count 1 is not >= 3\./);
  });

  it('takes the group that came nearest to an alert where none is named, and says that there are others', async () => {
    const { group, remarks } = await explain(at(15), await ofRules([atOnce]));
    expect(group).toBe('192.0.2.1');
    expect(remarks).toContain('1 more group of the rule can be explained; select one with --group.');
  });

  it('tells of events that came late and were counted, and marks the windows that were judged again', async () => {
    const config = await ofRules([atOnce]);
    const { corrected, late, windows, remarks } = await explain(at(5, '192.0.2.1'), config);
    expect([corrected, late.count]).toEqual([1, 0]);
    expect(windows.filter(({ again }) => again).map(({ end, count }) => [end - start, count])).toEqual([
      [10_000, 6],
    ]);
    expect(remarks).toContain(
      '1 event arrived late and counted: the windows that had closed were judged again.',
    );
  });

  it('tells of events that came too late, and of those without the field that is measured', async () => {
    const measured = { ...atOnce, measure: 'max(event.duration)' };
    const config = await ofRules([measured], records, { correctFor: '0s' });
    const { late, missing, counted, remarks } = await explain(at(5, '192.0.2.1'), config);
    expect(late).toMatchObject({ count: 1, samples: [{ time: start + 5_000, message: line(5, 500) }] });
    expect([counted, missing.count]).toEqual([5, 6]);
    expect(remarks).toContain('1 event arrived too late to be counted.');
  });

  it('says that the memory for late events was full where they were not counted', async () => {
    const config = await ofRules([atOnce], records, { correctionMemory: '100b' });
    const { late, corrected, remarks } = await explain(at(5, '192.0.2.1'), config);
    expect([late.count, corrected]).toEqual([1, 0]);
    expect(remarks.join(' ')).toMatch(
      /1 event arrived too late to be counted\. time\.correctionMemory was full: \d+ entries .* were forgotten\./,
    );
  });

  it('says how far windows are closed where the time has not come', async () => {
    const { answer, remarks } = await explain(at(50), await ofRules([errors], records.slice(0, 3)));
    expect(answer).toContain('Later windows have not ended yet.');
    expect(remarks).toContain('Windows are closed up to 2026-01-01T00:00:37.000Z.');
  });

  it('says what the window under way led to', async () => {
    const { answer } = await explain(at(5), await ofRules([atOnce]));
    expect(answer).toMatch(
      /none of its windows had ended\. The window .* changed it to active: count 3 is >= 3/,
    );
  });

  it('shows of a silence when it began, and misses no field in its events', async () => {
    const gone = {
      name: 'errors',
      kind: 'absence',
      by: ['source.ip'],
      every: '20s',
      lateness: '2s',
    } as const;
    const ticks = Array.from({ length: 100 }, (_, i) => ({ at: start + 9_000 + i * 500 }));
    const given = [...records.slice(0, 2), ...ticks];
    const silent = await explain(at(25), await ofRules([{ ...gone, by: [...gone.by] }], given));
    expect(silent.windows).toMatchObject([{ from: 'inactive', to: 'active', end: start + 31_000 }]);
    expect([silent.counted > 0, silent.missing.count]).toEqual([true, 0]);
  });

  it.each([
    [{ kind: 'change', field: 'service.version' }, '192.0.2.1', 'the field service.version'],
    [{ kind: 'new-term', field: 'service.version' }, '192.0.2.1', 'the field service.version'],
    [{ kind: 'normal', bounds: { temperature: { max: 3 } } }, '192.0.2.1, temperature', 'temperature'],
  ] as const)('says of %j that events lack the field', async (kind, group, what) => {
    const config = await ofRules([{ name: 'errors', by: ['source.ip'], ...kind }] as ConfigInput['rules']);
    const { answer, missing } = await explain(at(5, group), config);
    expect(answer).toBe(`No event of it around 2026-01-01T00:00:05.000Z had ${what}.`);
    expect(missing.count).toBeGreaterThan(0);
  });

  it('says that a group found no room', async () => {
    const crowded = { ...atOnce, maxGroups: 1 };
    const { remarks } = await explain(at(5, '192.0.2.2'), await ofRules([crowded]));
    expect(remarks).toContain('1 event exceeded the limit of 1 group (maxGroups).');
  });

  it('finds the group in question though a crowd came long before', async () => {
    const crowd = Array.from({ length: 1_100 }, (_, n) => line(0, 500, `10.0.${n >> 8}.${n & 255}`));
    const burst = [601, 602, 603].map((second) => line(second, 500));
    const given = [
      { at: start + 5_000, lines: crowd },
      { at: start + 605_000, lines: burst },
      { at: start + 700_000, lines: [line(700)] },
    ];
    const found = await explain(at(612), await ofRules([atOnce], given));
    expect(found.group).toBe('192.0.2.1');
    expect(found.remarks.join()).toContain('1100 more groups');
    expect(found.remarks.join()).not.toContain('The journal starts');
  });

  it('names groups that there are where the one asked for is not', async () => {
    await expect(explain(at(5, 'web-1'), await ofRules([atOnce]))).rejects.toThrow(
      /about rule errors \(web-1\) around .* Its groups are 192\.0\.2\.1; 192\.0\.2\.2\. It holds events from 2026-01-01T00:00:03/,
    );
  });

  it('answers for a disabled rule what it would have done', async () => {
    const { remarks } = await explain(at(15), await ofRules([{ ...atOnce, enabled: false }]));
    expect(remarks[0]).toBe('The rule is disabled. This shows what it would have done.');
  });

  it.each([
    [{ rule: 'nobody', at: '2026-01-01' }, /There is no rule `nobody`/],
    [{ rule: 'errors', at: '2025-01-01' }, /The journal holds nothing about rule errors around 2025/],
  ])('cannot answer %j', async (asked, message) => {
    await expect(explain(questionFrom(asked), await ofRules([errors]))).rejects.toThrow(message);
  });
});

it.each([
  [{}, /Set an alert, or a rule and a time/],
  [{ rule: 'a' }, /Set an alert/],
  [{ rule: 'a', at: 'noon' }, /"noon" is not a time/],
  [{ alert: 'a' }, /"a" is not the ID of an alert/],
])('%j is no question', (asked, message) => expect(() => questionFrom(asked)).toThrow(message));

describe('in a thread of its own', () => {
  it('explain answers the same, one question after the other, of which only a few wait', async () => {
    const config = await ofRules([atOnce]);
    const asked = { rule: 'errors', at: '2026-01-01T00:00:15Z' };
    const thread = new ReplayThread();
    const answer = async (one: Asked) => thread.explain(inquiryFrom(one), config);
    const accepted = [asked, { rule: 'nobody', at: '2026-01-01' }, asked, asked, asked].map((one) =>
      answer(one).catch((error: { code: string }) => error.code),
    );
    await expect(answer(asked)).rejects.toMatchObject({ code: 'BUSY' });
    const found = await explain(questionFrom(asked), config);
    expect(await Promise.all(accepted)).toEqual([found, 'NOT_EXPLAINABLE', found, found, found]);
    await expect(answer({ rule: 'nobody', at: '2026-01-01' })).rejects.toMatchObject({
      code: 'NOT_EXPLAINABLE',
    });
  });
});
