import { describe, expect, it } from 'vitest';
import { about, messages, minute, setUp, start } from './support.ts';

const silence = { author: 'ann', comment: 'upgrade', matchers: ['group="web-1"'], duration: '1h' };

describe('a silence', () => {
  it('holds an alert back, notes why, and lets it pass at its end', async () => {
    const { put, sent, pass, dispatcher, reasons, clock } = setUp({ routes: [{ notify: ['ops'] }] });
    const { id } = await dispatcher.silences.add(silence, [], clock.now);
    await put(about('active'), about('active', { group: 'web-2' }));
    expect(messages(await sent('ops'))).toEqual(['burst~web-2 is active']);
    expect(reasons('burst~web-1')).toEqual([`silence: silenced by ann: upgrade (silence ${id})`]);
    await pass(60 * minute);
    expect(messages(await sent('ops'))).toEqual(['burst~web-1 is active']);
  });

  it('holds back what a rule sends to its own notifiers, and lets it pass at its end', async () => {
    const { outbox, deliver, dispatcher, clock, settle } = setUp({});
    const { id } = await dispatcher.silences.add(silence, [], clock.now);
    await outbox.put(about('active', {}, 'ops'), clock.now);
    expect(await deliver('ops')).toEqual([]);
    expect(dispatcher.waiting).toBe(1);
    await dispatcher.silences.expire(id, 'done', clock.now);
    dispatcher.reconsider();
    await settle();
    expect(messages(await deliver('ops'))).toEqual(['burst~web-1 is active']);
    await outbox.put(about('inactive', {}, 'ops'), clock.now);
    await deliver('ops');
    expect(messages(await deliver('ops'))).toEqual(['burst~web-1 is inactive']);
  });

  it('lets the end of an alert pass whose beginning was sent', async () => {
    const { outbox, deliver, dispatcher, clock } = setUp({});
    await outbox.put(about('active', {}, 'ops'), clock.now);
    expect(await deliver('ops')).toHaveLength(1);
    await dispatcher.silences.add(silence, [], clock.now);
    await outbox.put(about('inactive', {}, 'ops'), clock.now);
    expect(messages(await deliver('ops'))).toEqual(['burst~web-1 is inactive']);
  });

  it('keeps the end back of an alert whose beginning it held back', async () => {
    const { outbox, deliver, dispatcher, clock, pass } = setUp({});
    await dispatcher.silences.add(silence, [], clock.now);
    await outbox.put(about('active', {}, 'ops'), clock.now);
    await deliver('ops');
    await outbox.put(about('inactive', {}, 'ops'), clock.now);
    await deliver('ops');
    await pass(120 * minute);
    expect(await deliver('ops')).toEqual([]);
    expect(dispatcher.waiting).toBe(0);
  });

  it('holds after a restart', async () => {
    const before = setUp({});
    await before.dispatcher.silences.add(silence, [], start);
    await before.outbox.put(about('active', {}, 'ops'), start);
    await before.deliver('ops');
    await before.outbox.close();
    const after = setUp({}, before.folder, before.clock);
    expect(await after.deliver('ops')).toEqual([]);
    await after.pass(60 * minute);
    expect(messages(await after.deliver('ops'))).toEqual(['burst~web-1 is active']);
  });

  it('until resolved ends with the last alert that it matches', async () => {
    const { put, dispatcher, clock } = setUp({ routes: [{ notify: ['ops'] }] });
    await put(about('active'));
    const request = { author: 'ann', comment: 'known', matchers: ['rule="burst"'], untilResolved: true };
    const { id } = await dispatcher.silences.add(request, dispatcher.open.values(), clock.now);
    clock.now += minute;
    await put(about('inactive'));
    expect(dispatcher.silences.list().find((one) => one.id === id)).toMatchObject({
      endsAt: clock.now,
      endReason: 'all alerts that it matched have ended',
    });
  });

  it('ends when another group joins, where that is wished, and does not hold that group back', async () => {
    const { put, sent, dispatcher, clock } = setUp({ routes: [{ notify: ['ops'] }] });
    await put(about('active'));
    await sent('ops');
    const request = {
      author: 'ann',
      comment: 'known',
      matchers: ['rule="burst"'],
      duration: '1h',
      endsOnNewGroup: true,
    };
    await dispatcher.silences.add(request, dispatcher.open.values(), clock.now);
    clock.now += minute;
    await put(about('active', { group: 'web-2' }));
    expect(messages(await sent('ops'))).toEqual(['burst~web-2 is active']);
    expect(dispatcher.silences.list()[0]!.endReason).toBe('the group web-2 of burst joined');
  });
});

describe('what else holds an alert back', () => {
  const ops = { notify: ['ops'] };
  const noon = [{ name: 'noon', time_intervals: [{ times: [{ start_time: '12:00', end_time: '13:00' }] }] }];

  it('is another alert by `inhibit_rules`, until that ends', async () => {
    const inhibit_rules = [
      { source_matchers: ['rule="down"'], target_matchers: ['severity=~"low|high"'], equal: ['host.name'] },
    ];
    const { put, sent, pass, reasons } = setUp({ routes: [ops], inhibit_rules });
    await put(about('active', { rule: 'down', severity: 'critical' }));
    await put(about('active'), about('active', { group: 'web-2' }));
    expect(messages(await sent('ops'))).toEqual(['down~web-1 is active', 'burst~web-2 is active']);
    expect(reasons('burst~web-1')).toEqual(['inhibition: inhibited by the alert down~web-1']);
    await put(about('inactive', { rule: 'down', severity: 'critical' }));
    await sent('ops');
    await pass(5 * minute);
    expect(messages(await sent('ops'))).toEqual(['burst~web-1 is active']);
  });

  it('is an interval in which the route is mute', async () => {
    const { put, sent, pass, reasons } = setUp({
      routes: [{ ...ops, mute_time_intervals: ['noon'] }],
      time_intervals: noon,
    });
    await put(about('active'));
    expect(await sent('ops')).toEqual([]);
    expect(reasons('burst~web-1')).toEqual(['mute interval: muted in the interval noon']);
    await pass(60 * minute);
    expect(await sent('ops')).toHaveLength(1);
  });

  it('is a time outside of the active interval', async () => {
    const { put, sent, pass } = setUp({
      routes: [{ ...ops, active_time_intervals: ['noon'] }],
      time_intervals: noon,
    });
    await put(about('active'));
    expect(await sent('ops')).toHaveLength(1);
    await pass(60 * minute);
    await put(about('active', { group: 'web-2' }));
    expect(await sent('ops')).toEqual([]);
  });

  it('is a maintenance window', async () => {
    const maintenance = [
      {
        name: 'lunch',
        query: 'host.name : web-1 and alert.severity : high',
        time_intervals: ['noon'],
        comment: 'backup',
      },
    ];
    const { put, sent, reasons } = setUp({ routes: [ops], time_intervals: noon, maintenance });
    await put(about('active'), about('active', { group: 'web-2' }));
    expect(messages(await sent('ops'))).toEqual(['burst~web-2 is active']);
    expect(reasons('burst~web-1')).toEqual(['maintenance: maintenance window lunch: backup']);
  });

  it('is that it flaps, unless it stays open', async () => {
    const { put, sent, pass } = setUp({ routes: [{ ...ops, flapping_wait: '10m' }] });
    await put(about('active', { flapping: true }));
    expect(await sent('ops')).toEqual([]);
    await pass(10 * minute);
    expect(await sent('ops')).toHaveLength(1);
  });
});

describe('a digest of what a cooldown held back', () => {
  const since = start - minute;
  const digest = (notifier: string) => ({
    ...about('inactive', {}, notifier),
    ...{ id: `digest-${notifier}`, withheld: { count: 3, since, due: start }, digest: true as const },
  });

  it('passes the routes and the notifiers of rules', async () => {
    const { outbox, put, sent, deliver, clock } = setUp({
      routes: [{ notify: ['ops'], group_by: ['rule'] }],
    });
    await put(digest('routes'));
    expect((await sent('ops')).map(({ withheld }) => withheld?.count)).toEqual([3]);
    await outbox.put(digest('mail'), clock.now);
    await deliver('mail');
    expect(await deliver('mail')).toHaveLength(1);
  });

  it('does not where a silence matches, and the alert says so', async () => {
    const { put, sent, dispatcher, clock, reasons } = setUp({ routes: [{ notify: ['ops'] }] });
    await dispatcher.silences.add(silence, [], clock.now);
    await put(digest('routes'));
    expect(await sent('ops')).toEqual([]);
    expect(reasons('burst~web-1')).toEqual([expect.stringContaining('silenced by ann')]);
  });
});
