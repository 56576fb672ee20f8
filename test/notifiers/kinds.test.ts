import { describe, expect, it } from 'vitest';
import { type ConfigInput, schema } from '../../src/config/schema/schema.ts';
import type { Notification } from '../../src/model.ts';
import { createNotifiers } from '../../src/notifiers/notifiers.ts';
import { silentInstruments } from '../../src/telemetry/instruments.ts';
import { anHttpServer, reply } from '../support/http.ts';
import { aNotification } from '../support/rules/alerts.ts';

const never = new AbortController().signal;

function notifier(config: NonNullable<ConfigInput['notifiers']>[string]) {
  const { notifiers } = schema.parse({ notifiers: { ops: config } });
  return createNotifiers(notifiers, silentInstruments()).get('ops')!;
}
const failure = (sending: Promise<void>) =>
  sending.then(
    () => undefined,
    (error) => error,
  );

describe('a webhook', () => {
  it('gets the alert as a JSON document, under the same key at each attempt', async () => {
    const server = await anHttpServer((_, response) => reply(response, 204));
    const hook = notifier({
      kind: 'webhook',
      url: `${server.url}/alerts`,
      headers: { authorization: 'Bearer s3cret' },
    });
    await hook.send(aNotification('ops'), never);
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
      notifier({ kind: 'webhook', url: server.url }).send(aNotification('ops'), never),
    );
    expect(error).toMatchObject({ code, message: expect.stringContaining(`it answered ${status}`) });
  });

  it('is heard when it asks to wait', async () => {
    const server = await anHttpServer((_, response) => reply(response, 429, {}, { 'retry-after': '7' }));
    const error = await failure(
      notifier({ kind: 'webhook', url: server.url }).send(aNotification('ops'), never),
    );
    expect(error).toMatchObject({ retryAfter: 7_000 });
  });

  it('that nobody listens for can be tried again, and its address stays out of the message', async () => {
    const server = await anHttpServer((_, response) => reply(response, 200));
    await server.stop();
    const hook = notifier({ kind: 'webhook', url: `${server.url}/services/T0/B0/secret` });
    const error = await failure(hook.send(aNotification('ops'), never));
    expect(error).toMatchObject({
      code: 'NOTIFIER_UNAVAILABLE',
      message: expect.stringContaining('ECONNREFUSED'),
    });
    expect(error.message).not.toContain('secret');
  });

  it('that hangs is given up when its time is over', async () => {
    const server = await anHttpServer(() => {});
    const sending = notifier({ kind: 'webhook', url: server.url }).send(
      aNotification('ops'),
      AbortSignal.timeout(50),
    );
    expect(await failure(sending)).toMatchObject({ code: 'NOTIFIER_UNAVAILABLE' });
  });

  it('quotes an answer without its control characters', async () => {
    const server = await anHttpServer((_, response) =>
      response.writeHead(500).end('\u001b[31mred\u001b[0m\r\nline'),
    );
    const error = await failure(
      notifier({ kind: 'webhook', url: server.url }).send(aNotification('ops'), never),
    );
    expect(error.message).toBe('it answered 500: [31mred [0m line');
  });
});

describe('Slack', () => {
  const slack = (url: string) => notifier({ kind: 'slack', api: url, token: 'xoxb-1', channel: '#ops' });
  const textOf = async (notification: Notification) => {
    const server = await anHttpServer((_, response) => reply(response, 200, { ok: true }));
    await slack(server.url).send(notification, never);
    return (server.received[0]!.body as { text: string }).text;
  };

  it('is told by chat.postMessage with token and channel', async () => {
    const server = await anHttpServer((_, response) => reply(response, 200, { ok: true }));
    await slack(server.url).send(aNotification('ops'), never);
    expect(server.received[0]).toMatchObject({
      path: '/chat.postMessage',
      headers: { authorization: 'Bearer xoxb-1' },
      body: { channel: '#ops' },
    });
  });

  it('is told by an incoming webhook', async () => {
    const server = await anHttpServer((_, response) => response.end('ok'));
    await notifier({ kind: 'slack', url: `${server.url}/hook` }).send(aNotification('ops'), never);
    expect(server.received[0]).toMatchObject({
      path: '/hook',
      body: { text: expect.stringContaining("Alert 'burst'") },
    });
  });

  it('reads what changed, with value, group and reason', async () => {
    const text = await textOf(aNotification('ops'));
    expect(text.split('\n')).toEqual([
      "Alert 'burst' changed state to ACTIVE",
      'web-1 served 7 requests',
      'Group: web-1',
      'Value: 7 (&gt;= 5), severity high',
      'Reason: count 7 is &gt;= 5',
    ]);
  });

  it('reads INACTIVE when the alert is over', async () => {
    const over = aNotification('ops', 1, { from: 'active', to: 'inactive' });
    expect(await textOf(over)).toContain("Alert 'burst' changed state to INACTIVE");
  });

  it('cannot be made to mention everyone by a log line', async () => {
    const text = await textOf(aNotification('ops', 1, { message: '<!channel> & <script>' }));
    expect(text).toContain('&lt;!channel&gt; &amp; &lt;script&gt;');
  });

  it.each([
    [{ ok: false, error: 'msg_too_long' }, 'NOTIFIER_REFUSED', 'Slack answered msg_too_long'],
    [{ ok: false, error: 'ratelimited' }, 'NOTIFIER_UNAVAILABLE', 'Slack answered ratelimited'],
    [{ ok: false, error: 'internal_error' }, 'NOTIFIER_UNAVAILABLE', 'Slack answered internal_error'],
    [{ surprise: 1 }, 'NOTIFIER_REFUSED', 'Slack answered an answer without `ok`'],
  ])('that answers 200 with %j has not taken it', async (body, code, message) => {
    const server = await anHttpServer((_, response) => reply(response, 200, body));
    expect(await failure(slack(server.url).send(aNotification('ops'), never))).toMatchObject({
      code,
      message,
    });
  });

  it.each([
    ['not_in_channel', /invite the app/],
    ['channel_not_found', /set an existing `channel`/],
    ['is_archived', /unarchive/],
    ['invalid_auth', /valid bot token/],
    ['token_revoked', /valid bot token/],
    ['missing_scope', /chat:write/],
  ])('that says %s can be mended, and the message names the remedy', async (error, remedy) => {
    const server = await anHttpServer((_, response) => reply(response, 200, { ok: false, error }));
    const failed = await failure(slack(server.url).send(aNotification('ops'), never));
    expect(failed).toMatchObject({ code: 'NOTIFIER_MISCONFIGURED', retryable: true });
    expect(failed.message).toMatch(remedy);
  });
});
