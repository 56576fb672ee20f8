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

  describe('with a thread', () => {
    const recovery = aNotification('ops', 2, { from: 'active', to: 'inactive' });
    const aWorkspace = async (
      answer: (body: { thread_ts?: string; blocks?: unknown }, number: number) => object,
    ) => {
      const server = await anHttpServer((one, response, number) =>
        reply(response, 200, answer(one.body as object, number)),
      );
      return { server, bodies: () => server.received.map((one) => one.body as Record<string, unknown>) };
    };

    it('is answered in the thread of the alert', async () => {
      const { server, bodies } = await aWorkspace((_, number) => ({ ok: true, ts: `17.${number}` }));
      const { thread } = await slack(server.url).send(aNotification('ops'), anAttempt());
      expect(await slack(server.url).send(recovery, anAttempt({ thread }))).toMatchObject({ thread: '17.1' });
      expect(bodies().map((one) => one.thread_ts)).toEqual([undefined, '17.1']);
    });

    it('whose first message was deleted gets a message of its own', async () => {
      const { server, bodies } = await aWorkspace(({ thread_ts }) =>
        thread_ts ? { ok: false, error: 'thread_not_found' } : { ok: true, ts: '18.1' },
      );
      await slack(server.url).send(recovery, anAttempt({ thread: '17.1' }));
      expect(bodies().map((one) => one.thread_ts)).toEqual(['17.1', undefined]);
    });

    it('shows the end in the channel as well where that is wished', async () => {
      const { server, bodies } = await aWorkspace(() => ({ ok: true, ts: '18.1' }));
      const bot = aNotifier({ kind: 'slack', api: server.url, token: 'b', channel: 'c', broadcast: true });
      await bot.send(recovery, anAttempt({ thread: '17.1' }));
      expect(bodies()).toMatchObject([{ thread_ts: '17.1', reply_broadcast: true }]);
    });

    it('is told by text alone where it does not understand the blocks', async () => {
      const { server, bodies } = await aWorkspace(({ blocks }) =>
        blocks ? { ok: false, error: 'invalid_blocks' } : { ok: true, ts: '1' },
      );
      await slack(server.url).send(aNotification('ops'), anAttempt());
      expect(bodies().map((one) => 'blocks' in one)).toEqual([true, false]);
    });
  });

  it('gets blocks within its limits, whatever senders wrote', async () => {
    const long = '<😀&*`'.repeat(5_000);
    const hostile = aNotification('ops', 1, { group: long, reason: long, message: long });
    hostile.episode.samples = [{ '@timestamp': 'x', message: '```<!channel>' }];
    hostile.episode.labels = Object.fromEntries(Array.from({ length: 25 }, (_, i) => [`l${i}`, 'v']));
    const server = await anHttpServer((_, response) => reply(response, 200, { ok: true }));
    await slack(server.url).send(hostile, anAttempt());
    const { blocks } = server.received[0]!.body as {
      blocks: { type: string; text?: { text: string }; fields?: { text: string }[] }[];
    };
    expect(blocks.length).toBeLessThanOrEqual(50);
    expect(blocks[0]).toMatchObject({
      type: 'header',
      text: { text: "🔴 Alert 'burst' changed state to ACTIVE" },
    });
    for (const { text, fields = [] } of blocks) {
      expect(text?.text.length ?? 0).toBeLessThanOrEqual(3_000);
      expect(fields.length).toBeLessThanOrEqual(10);
    }
    const markdown = JSON.stringify(blocks.filter(({ type }) => type === 'section'));
    expect(markdown).not.toContain('<!channel>');
  });

  it('that limits the rate is waited for as long as it asks', async () => {
    const server = await anHttpServer((_, response) =>
      reply(response, 429, { ok: false, error: 'ratelimited' }, { 'retry-after': '30' }),
    );
    const failed = await failure(slack(server.url).send(aNotification('ops'), anAttempt()));
    expect(failed).toMatchObject({ code: 'NOTIFIER_UNAVAILABLE', retryAfter: 30_000 });
  });
});
