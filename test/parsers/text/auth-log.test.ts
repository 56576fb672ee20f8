import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parsers } from '../../../src/config/schema/parsers.ts';
import { EventReader } from '../../../src/parsers/event.ts';
import { batch, blockOf } from '../../support/events.ts';

/** How often each value occurs, most frequent first. */
function tally(values: readonly (string | undefined)[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const value of values) if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}

describe('7,121 real lines of auth.log', () => {
  const lines = readFileSync(new URL('../../fixtures/auth.log', import.meta.url), 'utf8')
    .trim()
    .split('\n');
  const reader = new EventReader({ parsers: parsers.parse(undefined), time: { zone: 'UTC' } });
  reader.open(blockOf(...lines.map((message) => JSON.stringify({ message }))), batch);
  const events = lines.map(() => {
    const event = reader.next()!;
    const text = (field: string) => event.get(field)?.toString();
    return {
      failure: event.parseFailure,
      host: text('host.hostname'),
      program: text('process.name'),
      pid: text('process.pid'),
      message: text('message'),
      user: text('user.name'),
      ip: text('source.ip'),
      action: text('event.action'),
      outcome: text('event.outcome'),
      method: text('system.auth.ssh.method'),
      month: text('@timestamp')?.slice(5, 19),
    };
  });

  it('are recognised, every one', () => {
    expect(lines).toHaveLength(7121);
    expect(events.filter(({ failure }) => failure !== undefined)).toEqual([]);
    expect(events.filter(({ host }) => host === undefined)).toEqual([]);
  });

  it('count like a naive split: hosts, programs, processes, times', () => {
    const words = lines.map((line) => line.split(/ +/));
    expect(tally(events.map(({ host }) => host))).toEqual(tally(words.map((word) => word[3])));
    const program = words.map((word) => word[4]!.replace(/(\[\d+\])?:$/, ''));
    expect(tally(events.map((event) => event.program))).toEqual(tally(program));
    const pids = words.map((word) => /\[(\d+)\]:$/.exec(word[4]!)?.[1]);
    expect(tally(events.map(({ pid }) => pid))).toEqual(tally(pids));
    const months = { Mar: '03', Apr: '04', May: '05' } as Record<string, string>;
    const times = words.map(([month, day, time]) => `${months[month!]}-${day!.padStart(2, '0')}T${time}`);
    expect(events.map(({ month }) => month)).toEqual(times);
  });

  it('count like a naive search: failed and accepted logins, by user and by address', () => {
    const logins = (word: string) =>
      lines.flatMap((line) => {
        const match = new RegExp(
          `sshd\\[\\d+\\]: (?:message repeated \\d+ times: \\[ )?${word} \\w+ for (.*)$`,
        ).exec(line);
        if (!match) return [];
        const words = match[1]!.split(' ');
        const from = words.lastIndexOf('from');
        return [
          {
            user: words
              .slice(0, from)
              .join(' ')
              .replace(/^invalid user ?/, ''),
            ip: words[from + 1],
          },
        ];
      });
    for (const [word, outcome] of [
      ['Failed', 'failure'],
      ['Accepted', 'success'],
    ] as const) {
      const naive = logins(word);
      const found = events.filter((event) => event.method !== undefined && event.outcome === outcome);
      expect(naive.length).toBeGreaterThan(200);
      expect(found).toHaveLength(naive.length);
      expect(tally(found.map(({ ip }) => ip))).toEqual(tally(naive.map(({ ip }) => ip)));
      expect(tally(found.map(({ user }) => user))).toEqual(tally(naive.map(({ user }) => user || undefined)));
    }
  });

  it('count like a naive search: commands of sudo, by user', () => {
    const naive = lines.flatMap((line) => /sudo: +(\S+) : .*COMMAND=/.exec(line)?.[1] ?? []);
    const found = events.filter(({ action }) => action === 'sudo');
    expect(naive.length).toBeGreaterThan(100);
    expect(tally(found.map(({ user }) => user))).toEqual(tally(naive));
  });
});
