import { describe, expect, it, onTestFinished } from 'vitest';
import { alertActions } from '../../../src/app/alert-actions.ts';
import { type AlertOptions, alerts } from '../../../src/cli/commands/alerts.ts';
import { type SilenceOptions, silence } from '../../../src/cli/commands/silence.ts';
import type { Terminal } from '../../../src/cli/terminal.ts';
import { schema } from '../../../src/config/schema/schema.ts';
import { Delivery } from '../../../src/notifiers/delivery.ts';
import { Outbox } from '../../../src/notifiers/outbox.ts';
import { compileQuery } from '../../../src/rules/kql/compile.ts';
import { startApi } from '../../../src/telemetry/api/api.ts';
import { silentInstruments } from '../../../src/telemetry/metrics.ts';
import { terminal } from '../../support/cli.ts';
import { eventually } from '../../support/eventually.ts';
import { aFolder } from '../../support/folder.ts';
import { anHttpServer, reply } from '../../support/http.ts';
import { aNotification } from '../../support/rules/alerts.ts';
import { status } from '../../support/status.ts';

/** The API over a real delivery to a webhook, and the commands that ask it. */
async function setUp() {
  const folder = aFolder();
  const webhook = await anHttpServer((_, response) => reply(response, 200));
  const config = schema.parse({
    notifiers: { ops: { kind: 'webhook', url: webhook.url } },
    rules: [{ name: 'burst', notify: ['ops'] }],
  });
  const instruments = silentInstruments();
  const handled = { times: 0 };
  const delivery = await Delivery.start(config, folder, instruments, {
    compileQuery,
    onHandled: () => {
      handled.times += 1;
    },
  });
  const outbox = new Outbox(folder);
  const api = await startApi({
    config: { host: '127.0.0.1', port: 0 },
    status: () => status(),
    health: () => ({ healthy: true, state: 'healthy', reasons: [] }),
    metrics: async () => '',
    alerts: alertActions(delivery),
    instruments,
  });
  onTestFinished(async () => {
    await api.stop();
    await delivery.stop();
    await outbox.close();
  });
  const ask = async <Options extends object>(
    command: (
      source: { url: string },
      words: string[],
      options: Options,
      screen: Terminal,
    ) => Promise<number>,
    words: string[],
    options: Options,
  ) => {
    const screen = terminal();
    const code = await command({ url: api.url }, words, { author: 'ann', ...options }, screen);
    return { code, text: screen.text() };
  };
  return {
    ...{ webhook, outbox, handled, folder },
    silence: (words: string[], options: SilenceOptions = {}) => ask(silence, words, options),
    alerts: (words: string[], options: AlertOptions = {}) => ask(alerts, words, options),
    async raise() {
      await outbox.put(aNotification('ops'), Date.now());
      delivery.wake();
    },
  };
}

describe('logboom silence', () => {
  it('adds a silence, lists it, ends it, and what it held back is sent', async () => {
    const { silence, raise, webhook, alerts, handled } = await setUp();
    const added = await silence(['add', 'severity="high"', 'host.name=~"web-.*"'], {
      comment: 'upgrade',
      duration: '1h',
      json: true,
    });
    const [{ id, ...shown }] = JSON.parse(added.text) as [{ id: string }];
    expect(shown).toMatchObject({ state: 'active', author: 'ann', comment: 'upgrade', alerts: 0 });
    await raise();
    await eventually(async () =>
      expect((await alerts(['list'])).text).toContain('held back: silenced by ann: upgrade'),
    );
    expect(webhook.received).toEqual([]);
    await expect.poll(() => handled.times).toBeGreaterThan(0);
    expect((await silence(['list'])).text).toMatch(
      /active .* 1 +ann +severity="high", host.name=~"web-\.\*" +upgrade/,
    );
    expect((await silence(['expire', id], { author: 'bob' })).text).toContain('upgrade (ended by bob)');
    await eventually(() => expect(webhook.received).toHaveLength(1));
    expect((await silence(['list'])).text).toBe('There are no silences.');
    expect((await silence(['list'], { all: true })).text).toContain('expired');
  });

  it('matches by KQL over the fields of the alert', async () => {
    const { silence, raise, alerts, webhook } = await setUp();
    const query = 'alert.value > 5 and rule.name : burst';
    expect((await silence(['add'], { comment: 'known', duration: '1h', query })).code).toBe(0);
    await raise();
    await eventually(async () => expect((await alerts(['list'])).text).toContain('held back'));
    expect(webhook.received).toEqual([]);
  });

  it.each<[string, string[], SilenceOptions, RegExp]>([
    ['without a comment', ['add', 'rule=a'], { duration: '1h' }, /needs a reason/],
    ['without an end', ['add', 'rule=a'], { comment: 'c' }, /has no end/],
    ['in the past', ['add', 'rule=a'], { comment: 'c', until: '2020-01-01T00:00:00Z' }, /in the past/],
    [
      'that ends before it begins',
      ['add', 'rule=a'],
      { comment: 'c', start: '2999-01-02T00:00:00Z', until: '2999-01-01T00:00:00Z' },
      /before it begins/,
    ],
    [
      'with two ends',
      ['add', 'rule=a'],
      { comment: 'c', duration: '1h', until: '2999-01-01T00:00:00Z' },
      /both set/,
    ],
    ['of everything without saying so', ['add'], { comment: 'c', duration: '1h' }, /A silence of all alerts/],
    ['with a matcher that is none', ['add', 'rule'], { comment: 'c', duration: '1h' }, /no matcher/],
    ['with a query that is none', ['add'], { comment: 'c', duration: '1h', query: 'a : (' }, /./],
    [
      'with a duration that is none',
      ['add', 'rule=a'],
      { comment: 'c', duration: 'soon' },
      /`soon` is no duration/,
    ],
    [
      'until an alert ends that is not there',
      ['add', 'rule=a'],
      { comment: 'c', 'until-resolved': true },
      /No open alert matches/,
    ],
    ['that does not exist', ['expire', 'x'], {}, /no silence x/],
    ['by no id', ['expire'], {}, /Name the silences/],
    ['by an unknown action', ['stop'], {}, /no `silence stop`/],
  ])('refuses one %s', async (_, words, options, message) => {
    const { silence } = await setUp();
    await expect(silence(words, options)).rejects.toThrow(message);
  });
});

describe('logboom alerts', () => {
  it('acknowledges and assigns an alert, and its notifier learns the first', async () => {
    const { alerts, raise, webhook } = await setUp();
    expect((await alerts(['list'])).text).toBe('No alert is open.');
    await raise();
    await eventually(() => expect(webhook.received).toHaveLength(1));
    const id = 'burst|web-1|1';
    expect(await alerts(['acknowledge', id, 'other'], { comment: 'mine' })).toEqual({
      code: 1,
      text: '1 alert acknowledged.\nThere is no open alert other.',
    });
    expect((await alerts(['assign', id], { to: 'bob' })).text).toBe('1 alert assigned to bob.');
    await eventually(() => expect(webhook.received).toHaveLength(2));
    expect(webhook.received[1]!.body).toMatchObject({
      alert: { id, acknowledged: { by: 'ann', comment: 'mine' } },
    });
    expect((await alerts(['list'])).text).toContain('acknowledged by ann; assigned to bob');
  });

  it.each<[string[], RegExp]>([
    [['acknowledge'], /Name the alerts/],
    [['assign', 'a'], /--to/],
    [['close', 'a'], /no `alerts close`/],
  ])('refuses %j', async (words, message) => {
    const { alerts } = await setUp();
    await expect(alerts(words)).rejects.toThrow(message);
  });
});

describe('verdicts', () => {
  it('are kept for open and ended alerts, with the document written again', async () => {
    const { alerts, outbox, raise, handled } = await setUp();
    await raise();
    const { id } = aNotification('ops').episode;
    const before = handled.times;
    expect(await alerts(['true', id], { comment: 'the disk was full' })).toEqual({
      code: 0,
      text: '1 alert marked as true.',
    });
    await expect.poll(() => handled.times).toBeGreaterThan(before);
    expect(outbox.verdicts.list()).toEqual([
      expect.objectContaining({
        id,
        verdict: 'true',
        by: 'ann',
        comment: 'the disk was full',
        rule: 'burst',
      }),
    ]);
    expect(outbox.alerts.handlingOf(id)?.verdict).toMatchObject({ verdict: 'true', by: 'ann' });
    await alerts(['false', id]);
    expect(outbox.verdicts.list().map(({ verdict }) => verdict)).toEqual(['false']);
  });

  it('name alerts that are not known', async () => {
    const { alerts } = await setUp();
    expect(await alerts(['false', 'nothing'])).toEqual({
      code: 1,
      text: '0 alerts marked as false.\nThere is no alert nothing.',
    });
  });

  it('can be about an incident without an alert', async () => {
    const { alerts, outbox } = await setUp();
    const missed = {
      rule: 'burst',
      group: 'web-1',
      start: '2026-01-01T00:00:00Z',
      until: '2026-01-01T00:05:00Z',
    };
    const { code, text } = await alerts(['missed'], missed);
    expect([code, text]).toEqual([0, 'Noted as missed~burst~web-1~2026-01-01T00:00:00.000Z.']);
    const start = Date.parse('2026-01-01T00:00:00Z');
    expect(outbox.verdicts.list()).toEqual([
      expect.objectContaining({
        verdict: 'missed',
        rule: 'burst',
        group: 'web-1',
        start,
        end: start + 300_000,
      }),
    ]);
  });

  it.each([
    [['true'], {}, /Name the alerts/],
    [['missed'], { rule: 'burst' }, /Name the rule and the time/],
    [['missed'], { rule: 'burst', start: '2026-01-02', until: '2026-01-01' }, /must end after its start/],
  ])('of %j with %j are refused', async (words, options, reason) => {
    const { alerts } = await setUp();
    await expect(alerts(words, options)).rejects.toThrow(reason);
  });
});
