import { describe, expect, it } from 'vitest';
import type { Episode, Notification, Transition } from '../../../src/model.ts';
import {
  acknowledgementMessage,
  groupMessage,
  groupTitle,
  singleMessage,
} from '../../../src/notifiers/control/group-message.ts';
import { aNotification, anEpisode } from '../../support/rules/alerts.ts';

const at = Date.parse('2026-01-02T03:04:05.000Z');
const one = (
  number: number,
  transition: Partial<Transition> = {},
  episode: Partial<Episode> = {},
  more: Partial<Notification> = {},
): Notification => ({
  ...aNotification('ops', number, transition),
  episode: anEpisode({ id: `e${number}`, ...episode }),
  ...more,
});
const group = (active: Notification[], ended: Notification[] = [], more: object = {}) =>
  groupMessage({ id: 'g', notifier: 'ops', labels: { team: 'web' }, active, ended, number: 3, ...more });

describe('a message about several alerts', () => {
  it('is active while one of them is, and stands for all', () => {
    const message = group(
      [one(1, { severity: 'low', at: at + 5 }), one(2, { severity: 'critical' })],
      [one(3, { at: at + 9, to: 'inactive' })],
    );
    expect(message).toMatchObject({
      ...{ id: 'g-3-ops', notifier: 'ops', at: at + 9 },
      transition: {
        ...{ id: 'g-3', episode: 'g', rule: 'burst', from: 'inactive', to: 'active', severity: 'critical' },
        ...{ group: 'team=web', by: { team: 'web' }, count: 2, at: at + 9 },
      },
      episode: { id: 'g', status: 'active', count: 2, end: undefined },
      group: { labels: { team: 'web' }, active: 2, ended: 1, more: 0 },
    });
    expect(message).not.toHaveProperty('note');
    expect(message).not.toHaveProperty('recipients');
  });

  it('is over where all have ended, from the first start to the last end', () => {
    const { transition, episode } = group(
      [],
      [
        one(1, { to: 'inactive' }, { start: at - 50, end: at + 10 }),
        one(2, { to: 'inactive' }, { start: at - 20, end: undefined, updated: at + 70 }),
      ],
    );
    expect([transition.from, transition.to]).toEqual(['active', 'inactive']);
    expect([episode.status, episode.start, episode.end]).toEqual(['inactive', at - 50, at + 70]);
  });

  it.each<[Severities, string]>([
    [['low', 'high', 'medium'], 'high'],
    [['info'], 'info'],
    [['critical', 'critical'], 'critical'],
  ])('of the severities %j has %s', (severities, worst) => {
    const message = group(severities.map((severity, number) => one(number, { severity })));
    expect(message.transition.severity).toBe(worst);
  });

  it('names their rule, or how many there are', () => {
    const of = (...rules: string[]) =>
      group(rules.map((rule, number) => one(number, {}, { rule }))).transition.rule;
    expect([of('a'), of('a', 'a'), of('a', 'b', 'a', 'c')]).toEqual(['a', 'a', '3 rules']);
  });

  it('writes to the recipients of all, each once', () => {
    const message = group([
      one(1, {}, {}, { recipients: ['ann', 'bob'] }),
      one(2, {}, {}, { recipients: ['bob', 'eve'] }),
      one(3),
    ]);
    expect(message.recipients).toEqual(['ann', 'bob', 'eve']);
  });

  it('lists twenty, active ones first, with texts that are not cut within a character', () => {
    const active = Array.from({ length: 15 }, (_, n) => one(n, { message: `a${n}` }));
    const ended = Array.from({ length: 10 }, (_, n) => one(n + 20, { message: `e${n}`, to: 'inactive' }));
    const { transition, group: listed } = group(active, ended, { note: 'again' });
    const lines = transition.message.split('\n');
    expect(lines.slice(0, 3)).toEqual(['15 alerts active, 10 ended (team=web)', 'again', 'a0']);
    expect(lines.at(-2)).toBe('ended: e4');
    expect(lines.at(-1)).toBe('… and 5 more');
    expect(listed).toMatchObject({ active: 15, ended: 10, more: 5 });
    expect(listed!.alerts).toHaveLength(20);
    const [long] = group([one(1, { message: `${'x'.repeat(299)}😀y` })]).group!.alerts;
    expect(long!.message).toBe('x'.repeat(299));
  });

  it('counts the alerts of messages about groups in a digest', () => {
    const inner = group([one(1), one(2)], [one(3)]);
    const over = group([], [one(4), one(5), one(6)]);
    const digest = group([inner, over], [], { digest: true });
    expect(digest.group).toMatchObject({ active: 5, digest: true });
  });
});

type Severities = Transition['severity'][];

describe('the title of a message about several alerts', () => {
  const title = (active: number, ended: number, labels: Record<string, string> = {}, digest?: true) =>
    groupTitle({ labels, active, ended, alerts: [], more: 0, ...(digest && { digest }) });

  it.each<[number, number, Record<string, string>, string]>([
    [1, 0, {}, '1 alert active'],
    [3, 0, {}, '3 alerts active'],
    [0, 1, {}, '1 alert ended'],
    [0, 2, {}, '2 alerts ended'],
    [3, 1, {}, '3 alerts active, 1 ended'],
    [1, 0, { team: 'web' }, '1 alert active (team=web)'],
    [1, 0, { team: 'web', host: 'a' }, '1 alert active (team=web, host=a)'],
  ])('of %d active, %d ended of %j is %s', (active, ended, labels, text) => {
    expect(title(active, ended, labels)).toBe(text);
  });

  it('is that of a digest whatever its labels are', () => {
    expect(title(2, 0, { team: 'web' }, true)).toBe('2 alerts active (digest of messages above the limit)');
  });
});

describe('a message about one alert', () => {
  const notification = aNotification('ops', 7);

  it.each<[{ number: number; note: string } | undefined, string, string | undefined]>([
    [undefined, 'n7-mail', undefined],
    [{ number: 2, note: 'still active' }, 'n7-mail-again-2', 'still active'],
  ])('repeated %j has the id %s', (again, id, note) => {
    const message = singleMessage(notification, 'mail', again);
    expect([message.id, message.notifier, message.note]).toEqual([id, 'mail', note]);
    expect(message.transition).toEqual(notification.transition);
  });

  it('says who has acknowledged it, each time under an id of its own', () => {
    const message = acknowledgementMessage(notification, 'mail', { by: 'ann', at });
    expect(message.id).toBe('n7-mail-acknowledged-2026-01-02T03:04:05.000Z');
    expect(message.acknowledgement).toEqual({ by: 'ann', at });
  });
});
