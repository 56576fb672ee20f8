import { describe, expect, it } from 'vitest';
import { testNotification } from '../../../src/notifiers/test-notification.ts';
import { anHttpServer, reply } from '../../support/http.ts';
import { aNotifier, anAttempt, failure } from '../../support/notifiers.ts';
import { aNotification } from '../../support/rules/alerts.ts';

const routingKey = 'R0123456789012345678901234567890'.slice(0, 32);

async function aPager(
  status = 202,
  body: unknown = { status: 'success', message: 'Event processed', dedup_key: 'k' },
) {
  const server = await anHttpServer((_, response) => reply(response, status, body));
  const pager = aNotifier({ kind: 'pagerduty', routingKey, url: `${server.url}/v2/enqueue` });
  return { pager, events: () => server.received.map((one) => one.body as Record<string, unknown>) };
}

describe('PagerDuty', () => {
  it('gets an incident with its severity, source and details', async () => {
    const { pager, events } = await aPager();
    const notification = aNotification('ops');
    notification.episode.runbook = 'https://wiki.example.com/burst';
    expect(await pager.send(notification, anAttempt())).toMatchObject({
      answer: expect.stringContaining('Event processed'),
    });
    expect(events()).toMatchObject([
      {
        routing_key: routingKey,
        event_action: 'trigger',
        dedup_key: 'burst|web-1|1',
        payload: {
          summary: "Alert 'burst' changed state to ACTIVE: web-1 served 7 requests",
          ...{ source: 'web-1', severity: 'error', component: 'burst', group: 'web-1' },
          timestamp: '2026-01-02T03:04:05.000Z',
          custom_details: { Value: '7', Threshold: '>= 5' },
        },
        links: [{ href: 'https://wiki.example.com/burst', text: 'Runbook' }],
      },
    ]);
  });

  it('resolves and acknowledges the incident by its key', async () => {
    const { pager, events } = await aPager();
    const acknowledgement = { by: 'ann', at: 0 };
    await pager.send({ ...aNotification('ops'), acknowledgement }, anAttempt());
    await pager.send(aNotification('ops', 2, { from: 'active', to: 'inactive' }), anAttempt());
    expect(events()).toEqual([
      { routing_key: routingKey, event_action: 'acknowledge', dedup_key: 'burst|web-1|1' },
      { routing_key: routingKey, event_action: 'resolve', dedup_key: 'burst|web-1|1' },
    ]);
  });

  it('gets a key and a summary that fit, and different keys for different episodes', async () => {
    const { pager, events } = await aPager();
    for (const end of ['a', 'b']) {
      const notification = aNotification('ops', 1, { message: 'x'.repeat(3_000) });
      notification.episode.id = 'y'.repeat(400) + end;
      await pager.send(notification, anAttempt());
    }
    const [first, second] = events() as { dedup_key: string; payload: { summary: string } }[];
    expect(first!.dedup_key.length).toBeLessThanOrEqual(255);
    expect(first!.payload.summary.length).toBeLessThanOrEqual(1_024);
    expect(first!.dedup_key).not.toBe(second!.dedup_key);
  });

  it.each([
    [
      400,
      { status: 'invalid event', errors: ['Invalid routing key'] },
      'NOTIFIER_MISCONFIGURED',
      /in `routingKey`/,
    ],
    [
      400,
      { status: 'invalid event', errors: ["'payload.summary' is too long"] },
      'NOTIFIER_REFUSED',
      /too long/,
    ],
    [429, {}, 'NOTIFIER_UNAVAILABLE', /429/],
    [500, {}, 'NOTIFIER_UNAVAILABLE', /500/],
  ])('that answers %i with %j makes it %s', async (status, body, code, message) => {
    const { pager } = await aPager(status, body);
    const error = await failure(pager.send(aNotification('ops'), anAttempt()));
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it('is left without an incident by a test', async () => {
    const { pager, events } = await aPager();
    await pager.test!(testNotification('ops', Date.now()), anAttempt());
    const [trigger, resolve] = events();
    expect(trigger).toMatchObject({
      event_action: 'trigger',
      payload: { summary: expect.stringContaining('[TEST]') },
    });
    expect(resolve).toMatchObject({ event_action: 'resolve', dedup_key: trigger!.dedup_key });
  });
});
