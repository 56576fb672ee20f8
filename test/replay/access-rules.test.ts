/** What rules make of access lines that people reported, from the line to the alert. */
import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type ConfigInput, schema } from '../../src/config/schema/schema.ts';
import { backtest } from '../../src/replay/backtest.ts';
import { aFolder } from '../support/folder.ts';

type RuleInput = NonNullable<ConfigInput['rules']>[number];

async function changesOf(lines: readonly string[], ...rules: RuleInput[]): Promise<string[]> {
  const path = `${aFolder()}/access.log`;
  writeFileSync(path, `${lines.join('\n')}\n`);
  const { transitions } = await backtest({
    config: schema.parse({ rules: rules.map((rule) => ({ lateness: '0s', ...rule })) }),
    inputs: [path],
    receivedAt: Date.parse('2026-11-20T12:00:00Z'),
  });
  return transitions.map(({ rule, to, reason }) => `${rule} ${to}: ${reason}`);
}

const stamp = '[20/Nov/2026:10:00:00 +0000]';
const clientAndUser: RuleInput[] = [
  { name: 'client', kind: 'match', where: 'source.ip: 203.0.113.9', quiet: '1m' },
  { name: 'user', kind: 'match', where: 'user.name: *', by: ['user.name'], quiet: '1m' },
];

describe('words before the client of an access line', () => {
  it.each([
    ['a list of two', `203.0.113.9, 172.68.146.54 - - ${stamp} "GET /x HTTP/1.1" 200 32 "-" "UA"`],
    [
      'a list of three',
      `203.0.113.9, 172.68.146.54, 127.0.0.1 - - ${stamp} "GET /x HTTP/1.1" 200 32 "-" "UA"`,
    ],
    ['a list without blanks', `203.0.113.9,172.68.146.54,127.0.0.1 - - ${stamp} "GET /x HTTP/1.1" 200 32`],
    [
      'a list that begins within a private network',
      `10.0.0.7, 203.0.113.9, 127.0.0.1 - - ${stamp} "GET /x HTTP/1.1" 200 32`,
    ],
  ])('%s are the addresses that it was forwarded for, and no user', async (_, line) => {
    expect(await changesOf([line], ...clientAndUser)).toEqual([
      'client active: an event matched, before the window is over',
      'client inactive: recovered: no event matched within 1m',
    ]);
  });

  it('leave a user where the line has one', async () => {
    const line = `203.0.113.9, 127.0.0.1 - ann ${stamp} "GET /x HTTP/1.1" 200 32 "-" "UA"`;
    const changes = await changesOf([line], ...clientAndUser);
    expect(changes.map((change) => change.split(':')[0])).toContain('user active');
  });
});

describe('a request without a status', () => {
  it.each(['000', '009', '0', '-'])(
    'written %s is a request with a path and a client all the same',
    async (status) => {
      const line = (client: string) =>
        `${client} - - ${stamp} "GET /delay HTTP/2.0" ${status} 0 "-" "curl/8.7.1"`;
      const rules: RuleInput[] = [
        { name: 'seen', where: 'url.path: /delay and source.ip: *', over: '10s', when: '>= 2' },
        { name: 'status', kind: 'match', where: 'http.response.status_code: *', quiet: '1m' },
        { name: 'failed', kind: 'match', where: 'tags: _parsefailure', quiet: '1m' },
      ];
      expect(await changesOf([line('172.17.0.1'), line('172.19.0.1')], ...rules)).toEqual([
        'seen active: count 2 is >= 2, before the window is over',
        'seen inactive: recovered: count 0 is not >= 2',
      ]);
    },
  );
});

describe('a time for which a condition must hold', () => {
  const lines = (minutes: number) =>
    Array.from({ length: minutes }, (_, minute) =>
      Array.from(
        { length: 3 },
        () => `192.0.2.1 - - [20/Nov/2026:10:0${minute}:10 +0000] "GET / HTTP/1.1" 200 1`,
      ),
    ).flat();
  const rule = (length: string): RuleInput => ({ name: 'f', over: '1m', for: length, when: '>= 3' });

  it.each([
    ['as long as the hop', '1m', 1, ['pending', 'inactive']],
    ['as long as the hop', '1m', 2, ['pending', 'active', 'inactive']],
    ['shorter than the hop', '10s', 1, ['pending', 'inactive']],
    ['of two hops', '2m', 2, ['pending', 'inactive']],
    ['of two hops', '2m', 3, ['pending', 'active', 'inactive']],
  ])('%s (%s) with %i minutes of events leads to %j', async (_, length, minutes, expected) => {
    const changes = await changesOf(lines(minutes), rule(length));
    expect(changes.map((change) => change.split(/[ :]/)[1])).toEqual(expected);
  });
});
