import { describe, expect, it } from 'vitest';
import { type Alert, about, messages, minute, setUp } from './support.ts';

describe('routes', () => {
  const routes = [
    { matchers: ['severity="critical"'], notify: ['pager'], continue: true },
    {
      matchers: ['team=~"shop|cart"'],
      notify: ['shop'],
      routes: [{ matchers: ['rule="slow"'], notify: ['slow'] }],
    },
    { matchers: ['group!="web-9"'], notify: ['ops'] },
  ];

  it.each<[string, Alert, string[]]>([
    ['the first that matches', {}, ['ops']],
    ['one within another', { rule: 'slow', labels: { team: 'cart' } }, ['slow']],
    ['the one around where none within matches', { labels: { team: 'shop' } }, ['shop']],
    [
      'the next ones too after `continue`',
      { severity: 'critical', labels: { team: 'shop' } },
      ['pager', 'shop'],
    ],
    ['none', { group: 'web-9' }, []],
  ])('are taken: %s', async (_, alert, expected) => {
    const { put, sent } = setUp({ routes });
    await put(about('active', alert));
    const found = await Promise.all(
      ['pager', 'shop', 'slow', 'ops'].map(async (name) => [name, (await sent(name)).length]),
    );
    expect(found.filter(([, count]) => count === 1).map(([name]) => name)).toEqual(expected);
  });

  it('note in the alert that none matched', async () => {
    const { put, reasons } = setUp({ routes });
    await put(about('active', { group: 'web-9' }));
    expect(reasons('burst~web-9')).toEqual(['no route: no route matches']);
  });

  it('send an alert once to a notifier that two of them name', async () => {
    const { put, sent } = setUp({
      routes: [
        { notify: ['ops'], continue: true },
        { notify: ['ops'], name: 'again' },
      ],
    });
    await put(about('active'));
    expect(await sent('ops')).toHaveLength(1);
  });

  it('send the end of an alert where its beginning went', async () => {
    const { put, sent, reload } = setUp({ routes });
    await put(about('active'));
    reload({ routes: [{ matchers: ['group="web-2"'], notify: ['other'] }, ...routes] });
    await put(about('inactive'));
    expect(messages(await sent('ops'))).toEqual(['burst~web-1 is active', 'burst~web-1 is inactive']);
    expect(await sent('other')).toEqual([]);
  });

  it('that a reload removes pass their open alerts on to the others', async () => {
    const { put, sent, reload, settle } = setUp({ routes });
    await put(about('active'));
    await sent('ops');
    reload({ routes: [{ matchers: ['rule="burst"'], notify: ['new'] }] });
    await settle();
    expect(messages(await sent('new'))).toEqual(['burst~web-1 is active']);
  });
});

describe('a group', () => {
  const routes = [
    {
      ...{ notify: ['ops'], group_by: ['rule'], group_wait: '30s', group_interval: '5m' },
      repeat_interval: '1h',
    },
  ];
  const web = (number: number) => ({ group: `web-${number}` });

  it('sends one message after `group_wait`', async () => {
    const { put, sent, pass } = setUp({ routes });
    await put(about('active', web(1)), about('active', web(2)));
    expect(await sent('ops')).toEqual([]);
    await pass(30_000);
    const [message, ...more] = await sent('ops');
    expect(more).toEqual([]);
    expect(message!.group).toMatchObject({ active: 2, ended: 0, labels: { rule: 'burst' } });
    expect(message!.transition.message).toBe(
      '2 alerts active (rule=burst)\nburst~web-1 is active\nburst~web-2 is active',
    );
  });

  it('sends changes together after `group_interval`, in one thread', async () => {
    const { put, sent, pass } = setUp({ routes });
    await put(about('active', web(1)));
    await pass(30_000);
    await put(about('active', web(2)), about('inactive', web(1)));
    const [first] = await sent('ops');
    await pass(4 * minute);
    expect(await sent('ops')).toEqual([]);
    await pass(minute);
    const [second] = await sent('ops');
    expect(second!.group).toMatchObject({ active: 1, ended: 1 });
    expect(second!.episode.id).toBe(first!.episode.id);
    await put(about('inactive', web(2)));
    await pass(5 * minute);
    const [third] = await sent('ops');
    expect([third!.transition.to, third!.episode.id]).toEqual(['inactive', first!.episode.id]);
  });

  it('says nothing of an alert that ended before its first message, and notes why', async () => {
    const { put, sent, pass, reasons } = setUp({ routes });
    await put(about('active'), about('inactive'));
    await pass(minute);
    expect(await sent('ops')).toEqual([]);
    expect(reasons('burst~web-1')).toEqual([
      'ended: it ended before anybody was notified, so its end is not notified either',
    ]);
  });

  it('has the severity of its worst alert and the start of its first', async () => {
    const { put, sent, pass } = setUp({ routes });
    await put(
      about('active', { ...web(1), severity: 'low' }),
      about('active', { ...web(2), severity: 'critical' }),
    );
    await pass(minute);
    expect((await sent('ops'))[0]!.transition.severity).toBe('critical');
  });

  it('lists the first alerts only, and says how many more there are', async () => {
    const { put, sent, pass } = setUp({ routes });
    await put(...Array.from({ length: 50 }, (_, number) => about('active', web(number))));
    await pass(minute);
    const [message] = await sent('ops');
    expect(message!.group).toMatchObject({ active: 50, more: 30 });
    expect(message!.transition.message).toContain('… and 30 more');
  });

  it('goes on after a restart as if nothing had happened', async () => {
    const before = setUp({ routes });
    await before.put(about('active', web(1)), about('active', web(2)));
    await before.outbox.close();
    const after = setUp({ routes }, before.folder, before.clock);
    await after.pass(30_000);
    expect((await after.sent('ops'))[0]!.group).toMatchObject({ active: 2 });
    await after.put(about('inactive', web(1)), about('inactive', web(2)));
    await after.pass(5 * minute);
    expect((await after.sent('ops')).map(({ transition }) => transition.to)).toEqual(['inactive']);
  });
});

describe('reminders', () => {
  const routes = [{ notify: ['ops'], repeat_interval: '1h', repeat_limit: 2 }];

  it('are sent while the alert is open, and stop at their limit', async () => {
    const { put, sent, pass } = setUp({ routes });
    await put(about('active'));
    await sent('ops');
    const notes: (string | undefined)[] = [];
    for (let hour = 0; hour < 5; hour += 1) {
      await pass(60 * minute);
      notes.push(...(await sent('ops')).map(({ note }) => note));
    }
    expect(notes).toEqual(['Reminder 1 of 2: it is still active.', 'Reminder 2 of 2: it is still active.']);
  });

  it('have ids of their own', async () => {
    const { put, sent, pass } = setUp({ routes });
    await put(about('active'));
    await pass(60 * minute);
    await pass(60 * minute);
    const ids = (await sent('ops')).map(({ id }) => id);
    expect(new Set(ids).size).toBe(3);
  });

  it('stop when somebody acknowledges the alert, which the notifier learns', async () => {
    const { put, sent, pass, dispatcher, clock } = setUp({ routes });
    await put(about('active'));
    await sent('ops');
    const acknowledged = { by: 'ann', at: clock.now, comment: 'mine' };
    expect(await dispatcher.handle(['burst~web-1', 'other'], { acknowledged }, () => [])).toEqual(['other']);
    expect((await sent('ops')).map(({ acknowledgement }) => acknowledgement)).toEqual([acknowledged]);
    await pass(120 * minute);
    expect(await sent('ops')).toEqual([]);
  });
});

describe('escalation', () => {
  const routes = [
    { matchers: ['rule="burst"'], notify: ['ops'], escalate: { after: '15m', to: 'second' } },
    { name: 'second', escalation_only: true, notify: ['boss'] },
  ];

  it('asks the next route where nobody acknowledges the alert in time', async () => {
    const { put, sent, pass } = setUp({ routes });
    await put(about('active'));
    await pass(14 * minute);
    expect(await sent('boss')).toEqual([]);
    await pass(minute);
    const [message] = await sent('boss');
    expect(message!.note).toBe('Nobody acknowledged it for 15m.');
    await put(about('inactive'));
    expect(messages(await sent('boss'))).toEqual(['burst~web-1 is inactive']);
    await pass(60 * minute);
    expect(await sent('boss')).toEqual([]);
  });

  it('does not where somebody did', async () => {
    const { put, sent, pass, dispatcher, clock } = setUp({ routes });
    await put(about('active'));
    await dispatcher.handle(['burst~web-1'], { acknowledged: { by: 'ann', at: clock.now } }, () => []);
    await pass(60 * minute);
    expect(await sent('boss')).toEqual([]);
  });
});
