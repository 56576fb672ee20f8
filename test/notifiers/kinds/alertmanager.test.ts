import { describe, expect, it } from 'vitest';
import { testNotification } from '../../../src/notifiers/test-notification.ts';
import { anHttpServer, reply } from '../../support/http.ts';
import { aNotifier, anAttempt, failure } from '../../support/notifiers.ts';
import { aNotification } from '../../support/rules/alerts.ts';

interface Alert {
  labels: Record<string, string>;
  annotations: Record<string, string>;
  startsAt: string;
  endsAt: string;
}

async function anAlertmanager(settings: object = {}) {
  const server = await anHttpServer((_, response) => reply(response, 200, ''));
  const notifier = aNotifier({ kind: 'alertmanager', url: `${server.url}/`, ...settings });
  const alerts = () => server.received.flatMap((one) => one.body as Alert[]);
  return { notifier, alerts, server };
}
const recovery = () => {
  const over = aNotification('ops', 2, { from: 'active', to: 'inactive', value: 0, reason: 'recovered' });
  return {
    ...over,
    episode: { ...over.episode, status: 'inactive' as const, end: over.episode.start + 60_000 },
  };
};

describe('Alertmanager', () => {
  it('gets an alert with stable labels, and values as annotations', async () => {
    const { notifier, alerts, server } = await anAlertmanager({ labels: { cluster: 'eu' } });
    const notification = { ...aNotification('ops'), measure: 'count' };
    notification.episode.labels = { team: 'web', empty: '' };
    await notifier.send(notification, anAttempt());
    expect(server.received[0]!.path).toBe('/api/v2/alerts');
    const [alert] = alerts();
    expect(alert!.labels).toEqual({
      ...{ alertname: 'burst', severity: 'high', group: 'web-1', 'host.name': 'web-1' },
      ...{ team: 'web', cluster: 'eu' },
    });
    expect(alert!.annotations).toMatchObject({
      value: '7',
      threshold: '>= 5',
      description: 'web-1 served 7 requests',
    });
    expect(alert!.startsAt).toBe('2026-01-02T03:04:05.000Z');
    expect(Date.parse(alert!.endsAt) - Date.now()).toBeGreaterThan(200_000);
  });

  it('gets no label for a field that is absent, as Alertmanager takes an empty one', async () => {
    const { notifier, alerts } = await anAlertmanager();
    await notifier.send(aNotification('ops', 1, { by: { 'user.name': null, 'user.id': 7 } }), anAttempt());
    expect(alerts()[0]!.labels).toEqual({
      ...{ alertname: 'burst', severity: 'high', group: 'web-1', 'user.id': '7' },
    });
  });

  it('gets the end under the same labels, whatever has changed', async () => {
    const { notifier, alerts } = await anAlertmanager();
    await notifier.send(aNotification('ops'), anAttempt());
    await notifier.send(recovery(), anAttempt());
    const [alert, end] = alerts();
    expect(end!.labels).toEqual(alert!.labels);
    expect(end!.endsAt).toBe('2026-01-02T03:05:05.000Z');
  });

  it('is told again which alerts are open', async () => {
    const { notifier, alerts } = await anAlertmanager({ resend: '30s' });
    expect(notifier.refresh!.every).toBe(30_000);
    await notifier.refresh!.send(
      [aNotification('ops', 1), aNotification('ops', 2, { group: 'web-2' })],
      anAttempt().signal,
    );
    expect(alerts()).toHaveLength(2);
  });

  it('never gets an end before the start or after the present', async () => {
    const { notifier, alerts } = await anAlertmanager();
    const over = recovery();
    over.episode.start = Date.now() + 3_600_000;
    over.episode.end = over.episode.start + 1_000;
    await notifier.send(over, anAttempt());
    const [end] = alerts();
    expect(Date.parse(end!.startsAt)).toBeLessThanOrEqual(Date.parse(end!.endsAt));
    expect(Date.parse(end!.endsAt)).toBeLessThanOrEqual(Date.now());
  });

  it('is logged into', async () => {
    const { notifier, server } = await anAlertmanager({ user: 'ann', password: 'pw' });
    await notifier.send(aNotification('ops'), anAttempt());
    expect(server.received[0]!.headers.authorization).toBe(
      `Basic ${Buffer.from('ann:pw').toString('base64')}`,
    );
  });

  it('that refuses an alert says why', async () => {
    const server = await anHttpServer((_, response) =>
      reply(response, 400, { code: 602, message: 'at least one label pair required' }),
    );
    const notifier = aNotifier({ kind: 'alertmanager', url: server.url });
    expect(await failure(notifier.send(aNotification('ops'), anAttempt()))).toMatchObject({
      code: 'NOTIFIER_REFUSED',
      message: expect.stringContaining('at least one label pair required'),
    });
  });

  it('is left without an alert by a test', async () => {
    const { notifier, alerts } = await anAlertmanager();
    await notifier.test!(testNotification('ops', Date.now()), anAttempt());
    const [start, end] = alerts();
    expect(end!.labels).toEqual(start!.labels);
    expect(Date.parse(end!.endsAt)).toBeLessThanOrEqual(Date.now());
  });
});
