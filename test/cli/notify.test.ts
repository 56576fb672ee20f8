import { describe, expect, it } from 'vitest';
import { notify } from '../../src/cli/commands/notify.ts';
import { type ConfigInput, schema } from '../../src/config/schema/schema.ts';
import { terminal } from '../support/cli.ts';
import { anHttpServer, reply } from '../support/http.ts';
import { anSmtpServer, partOf } from '../support/smtp.ts';

async function test(notifiers: ConfigInput['notifiers'], name = 'ops') {
  const screen = terminal();
  const config = schema.parse({ notifiers, log: { level: 'error' } });
  const code = await notify('test', name, config, screen);
  return { code, text: screen.text() };
}

describe('logboom notify test', () => {
  it('sends a message marked as a test, and prints the words of the server', async () => {
    const server = await anHttpServer((_, response) => reply(response, 202, { queued: 'yes' }));
    const { code, text } = await test({ ops: { kind: 'webhook', url: server.url } });
    expect({ code, text }).toEqual({
      code: 0,
      text: 'ops (webhook) accepted the test message:\n  it answered 202: {"queued":"yes"}',
    });
    expect(server.received[0]!.body).toMatchObject({
      test: true,
      message: expect.stringContaining('Test message of logboom'),
    });
  });

  it('sends a mail that says so in its subject and shows a chart', async () => {
    const { settings, received } = await anSmtpServer();
    const mail = {
      kind: 'email' as const,
      from: 'logboom@example.com',
      to: ['ann@example.com'],
      ...settings,
    };
    expect(await test({ ops: mail })).toEqual({
      code: 0,
      text: 'ops (email) accepted the test message:\n  250 2.0.0 accepted as 1',
    });
    expect(received[0]!.headers.subject).toBe('[TEST] [INFO] logboom-test');
    expect(partOf(received[0]!, 'text/plain')).toContain(
      "[TEST] Alert 'logboom-test' changed state to ACTIVE",
    );
    expect(received[0]!.parts.map(({ type }) => type)).toContain('image/png');
  });

  it('returns 1 with the reason and the remedy where it is not accepted', async () => {
    const server = await anHttpServer((_, response) =>
      reply(response, 200, { ok: false, error: 'channel_not_found' }),
    );
    const slack = { kind: 'slack' as const, api: server.url, token: 'xoxb-1', channel: '#opps' };
    const { code, text } = await test({ ops: slack });
    expect(code).toBe(1);
    expect(text).toBe(
      'ops (slack) did not accept the test message:\n  Slack answered channel_not_found; set an existing `channel`, and invite the app if it is private',
    );
    expect(text).not.toContain('xoxb');
  });

  it('returns 1 where a recipient was refused, and names it', async () => {
    const refuse = (one: string) => (one.startsWith('bob') ? '550 5.1.1 no such user' : undefined);
    const { settings } = await anSmtpServer({ refuse });
    const to = ['ann@example.com', 'bob@example.com'];
    const { code, text } = await test({
      ops: { kind: 'email', from: 'logboom@example.com', to, ...settings },
    });
    expect(code).toBe(1);
    expect(text).toContain('It refused some recipients:\n  bob@example.com: 550 5.1.1 no such user');
  });

  it('knows the notifier log, which always exists', async () => {
    expect(await test({}, 'log')).toMatchObject({ code: 0 });
  });

  it.each(['toString', 'constructor', '__proto__'])('knows no notifier %s', async (name) => {
    await expect(test({}, name)).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('names the notifiers that exist', async () => {
    const refused = test({ ops: { kind: 'log' } }, 'opps');
    await expect(refused).rejects.toThrow(
      'There is no notifier opps; did you mean ops? Known notifiers: log, ops.',
    );
    await expect(notify('send', 'ops', schema.parse({}), terminal())).rejects.toThrow(
      'There is no `notify send`',
    );
  });
});
