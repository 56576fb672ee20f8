import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { schema } from '../../src/config/schema/schema.ts';
import { Delivery } from '../../src/notifiers/delivery.ts';
import { testNotification } from '../../src/notifiers/test-notification.ts';
import { silentInstruments } from '../../src/telemetry/metrics.ts';
import { eventually } from '../support/eventually.ts';
import { aFolder } from '../support/folder.ts';
import { aNotifier, anAttempt } from '../support/notifiers.ts';
import { aNotification } from '../support/rules/alerts.ts';
import { type RealAlertmanager, startAlertmanager } from './support/alertmanager.ts';

let real: RealAlertmanager;
beforeAll(async () => {
  real = await startAlertmanager();
}, 900_000);
afterAll(() => real?.stop());

/** Delivery through an outbox, as the server does it. */
async function aDelivery(settings: object = {}, folder = aFolder()) {
  const config = schema.parse({
    notifiers: { am: { kind: 'alertmanager', url: real.url, resend: '1s', ...settings } },
  });
  const delivery = await Delivery.start(config, folder, silentInstruments());
  let stopped = false;
  const stop = async () => {
    if (!stopped) await delivery.stop();
    stopped = true;
  };
  onTestFinished(stop);
  const tell = async (number: number, rule: string, changes: object = {}) => {
    const one = aNotification('am', number, { rule, episode: `${rule}|1`, ...changes });
    const end = 'to' in changes ? { end: Date.now(), status: 'inactive' as const } : {};
    const episode = { ...one.episode, id: `${rule}|1`, rule, start: Date.now() - 60_000, ...end };
    await delivery.put({ ...one, id: `${rule}-${number}`, episode });
    delivery.wake();
  };
  return { tell, stop };
}
const alertsOf = async (rule: string) =>
  (await real.alerts()).filter(({ labels }) => labels.alertname === rule);

describe('a real Alertmanager', () => {
  it('shows an alert with its labels and annotations, and resolves it at its end', async () => {
    const { tell } = await aDelivery();
    await tell(1, 'errors');
    await eventually(async () => expect(await alertsOf('errors')).toHaveLength(1));
    expect(await alertsOf('errors')).toMatchObject([
      {
        labels: { alertname: 'errors', severity: 'high', group: 'web-1', 'host.name': 'web-1' },
        annotations: { value: '7', description: 'web-1 served 7 requests' },
        status: { state: 'active' },
      },
    ]);
    await tell(2, 'errors', { from: 'active', to: 'inactive', value: 0 });
    await eventually(async () => expect(await alertsOf('errors')).toEqual([]));
  });

  it('keeps an alert for as long as it is sent again, and ends it when it no longer is', async () => {
    const folder = aFolder();
    const { tell, stop } = await aDelivery({}, folder);
    await tell(1, 'lasting');
    await eventually(async () => expect(await alertsOf('lasting')).toHaveLength(1));
    const [first] = await alertsOf('lasting');
    await eventually(async () => {
      const [now] = await alertsOf('lasting');
      expect(Date.parse(now!.endsAt)).toBeGreaterThan(Date.parse(first!.endsAt) + 2_000);
    });
    await stop();
    await eventually(async () => expect(await alertsOf('lasting')).toEqual([]));
    // After a restart the outbox still knows that it is open.
    await aDelivery({}, folder);
    await eventually(async () => expect(await alertsOf('lasting')).toHaveLength(1));
  });

  it('takes a test message, and has no alert afterwards', async () => {
    const notifier = aNotifier({ kind: 'alertmanager', url: real.url });
    expect(await notifier.test!(testNotification('am', Date.now()), anAttempt())).toMatchObject({
      answer: 'it answered 200; resolved: it answered 200',
    });
    await eventually(async () => expect(await alertsOf('logboom-test')).toEqual([]));
  });
});
