import { describe, expect, it } from 'vitest';
import type { Notification } from '../../../src/model.ts';
import { anHttpServer, reply } from '../../support/http.ts';
import { aNotifier, anAttempt, failure } from '../../support/notifiers.ts';
import { aNotification } from '../../support/rules/alerts.ts';

describe('Slack', () => {
  const slack = (url: string) => aNotifier({ kind: 'slack', api: url, token: 'xoxb-1', channel: '#ops' });
  const textOf = async (notification: Notification) => {
    const server = await anHttpServer((_, response) => reply(response, 200, { ok: true }));
    await slack(server.url).send(notification, anAttempt());
    return (server.received[0]!.body as { text: string }).text;
  };

  it('is told by chat.postMessage with token and channel', async () => {
    const server = await anHttpServer((_, response) => reply(response, 200, { ok: true }));
    await slack(server.url).send(aNotification('ops'), anAttempt());
    expect(server.received[0]).toMatchObject({
      path: '/chat.postMessage',
      headers: { authorization: 'Bearer xoxb-1' },
      body: { channel: '#ops' },
    });
  });

  it('is told by an incoming webhook', async () => {
    const server = await anHttpServer((_, response) => response.end('ok'));
    await aNotifier({ kind: 'slack', url: `${server.url}/hook` }).send(aNotification('ops'), anAttempt());
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
    expect(await failure(slack(server.url).send(aNotification('ops'), anAttempt()))).toMatchObject({
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
    const failed = await failure(slack(server.url).send(aNotification('ops'), anAttempt()));
    expect(failed).toMatchObject({ code: 'NOTIFIER_MISCONFIGURED', retryable: true });
    expect(failed?.message).toMatch(remedy);
  });
});
