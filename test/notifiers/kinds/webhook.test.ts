import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { anHttpServer, reply } from '../../support/http.ts';
import { aNotifier, anAttempt, failure } from '../../support/notifiers.ts';
import { aNotification } from '../../support/rules/alerts.ts';

describe('a webhook', () => {
  it('gets the alert as a JSON document, under the same key at each attempt', async () => {
    const server = await anHttpServer((_, response) => reply(response, 204));
    const hook = aNotifier({
      kind: 'webhook',
      url: `${server.url}/alerts`,
      headers: { authorization: 'Bearer s3cret' },
    });
    await hook.send(aNotification('ops'), anAttempt());
    const [request] = server.received;
    expect(request).toMatchObject({
      path: '/alerts',
      headers: {
        authorization: 'Bearer s3cret',
        'content-type': 'application/json',
        'idempotency-key': 'n1-ops',
      },
      body: {
        id: 'n1-ops',
        '@timestamp': '2026-01-02T03:04:05.000Z',
        message: 'web-1 served 7 requests',
        rule: { name: 'burst' },
        alert: { state: 'ACTIVE', status: 'active', value: 7, group: 'web-1', reason: 'count 7 is >= 5' },
      },
    });
  });

  it('gets the JSON of a template, with numbers as numbers', async () => {
    const server = await anHttpServer((_, response) => reply(response, 200));
    const body = {
      text: '{{rule}} on {{host.name}}',
      value: '{{value.number}}',
      nested: [{ state: '{{state}}' }],
    };
    await aNotifier({ kind: 'webhook', url: server.url, method: 'PUT', body }).send(
      aNotification('ops'),
      anAttempt(),
    );
    expect(server.received[0]!.body).toEqual({
      text: 'burst on web-1',
      value: 7,
      nested: [{ state: 'ACTIVE' }],
    });
  });

  it('can check a signature over id, time and body', async () => {
    const server = await anHttpServer((_, response) => reply(response, 200));
    const key = Buffer.from('a key of thirty-two bytes or so.');
    const signingSecret = `whsec_${key.toString('base64')}`;
    await aNotifier({ kind: 'webhook', url: server.url, body: { a: 1 }, signingSecret }).send(
      aNotification('ops'),
      anAttempt(),
    );
    const { headers } = server.received[0]!;
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.{"a":1}`;
    expect(headers['webhook-id']).toBe('n1-ops');
    expect(headers['webhook-signature']).toBe(
      `v1,${createHmac('sha256', key).update(signed).digest('base64')}`,
    );
    expect(Math.abs(Date.now() / 1000 - Number(headers['webhook-timestamp']))).toBeLessThan(60);
  });

  it.each([
    [500, 'NOTIFIER_UNAVAILABLE'],
    [503, 'NOTIFIER_UNAVAILABLE'],
    [429, 'NOTIFIER_UNAVAILABLE'],
    [408, 'NOTIFIER_UNAVAILABLE'],
    [400, 'NOTIFIER_REFUSED'],
    [413, 'NOTIFIER_REFUSED'],
    [401, 'NOTIFIER_MISCONFIGURED'],
    [403, 'NOTIFIER_MISCONFIGURED'],
    [404, 'NOTIFIER_MISCONFIGURED'],
    [410, 'NOTIFIER_MISCONFIGURED'],
    [302, 'NOTIFIER_MISCONFIGURED'],
  ])('that answers %i makes it %s', async (status, code) => {
    const server = await anHttpServer((_, response) => reply(response, status, { error: 'no' }));
    const error = await failure(
      aNotifier({ kind: 'webhook', url: server.url }).send(aNotification('ops'), anAttempt()),
    );
    expect(error).toMatchObject({ code, message: expect.stringContaining(`it answered ${status}`) });
  });

  it('is heard when it asks to wait', async () => {
    const server = await anHttpServer((_, response) => reply(response, 429, {}, { 'retry-after': '7' }));
    const error = await failure(
      aNotifier({ kind: 'webhook', url: server.url }).send(aNotification('ops'), anAttempt()),
    );
    expect(error).toMatchObject({ retryAfter: 7_000 });
  });

  it('that nobody listens for can be tried again, and its address stays out of the message', async () => {
    const server = await anHttpServer((_, response) => reply(response, 200));
    await server.stop();
    const hook = aNotifier({ kind: 'webhook', url: `${server.url}/services/T0/B0/secret` });
    const error = await failure(hook.send(aNotification('ops'), anAttempt()));
    expect(error).toMatchObject({
      code: 'NOTIFIER_UNAVAILABLE',
      message: expect.stringContaining('ECONNREFUSED'),
    });
    expect(error?.message).not.toContain('secret');
  });

  it('that hangs is given up when its time is over', async () => {
    const server = await anHttpServer(() => {});
    const sending = aNotifier({ kind: 'webhook', url: server.url }).send(
      aNotification('ops'),
      anAttempt({ signal: AbortSignal.timeout(50) }),
    );
    expect(await failure(sending)).toMatchObject({ code: 'NOTIFIER_UNAVAILABLE' });
  });

  it('quotes an answer without its control characters', async () => {
    const server = await anHttpServer((_, response) =>
      response.writeHead(500).end('\u001b[31mred\u001b[0m\r\nline'),
    );
    const error = await failure(
      aNotifier({ kind: 'webhook', url: server.url }).send(aNotification('ops'), anAttempt()),
    );
    expect(error?.message).toBe('it answered 500: [31mred [0m line');
  });
});
