import { describe, expect, it } from 'vitest';
import { anHttpServer, reply } from '../../support/http.ts';
import { aNotifier, anAttempt, failure } from '../../support/notifiers.ts';
import { aNotification } from '../../support/rules/alerts.ts';

type Settings = Parameters<typeof aNotifier>[0];
const presets = {
  ntfy: (url: string): Settings => ({ kind: 'ntfy', url, topic: 'alerts', token: 'tk_1' }),
  discord: (url: string): Settings => ({ kind: 'discord', url: `${url}/api/webhooks/1/x` }),
  mattermost: (url: string): Settings => ({ kind: 'mattermost', url: `${url}/hooks/x`, channel: 'ops' }),
  telegram: (url: string): Settings => ({ kind: 'telegram', api: url, token: '12:ab', chat: '-100' }),
};
type Preset = keyof typeof presets;

async function send(
  preset: Preset,
  { status = 200, body = {} as unknown, settings = {}, headers = {} } = {},
  notification = aNotification('ops'),
  thread?: string,
) {
  const server = await anHttpServer((_, response) => reply(response, status, body, headers));
  const notifier = aNotifier({ ...presets[preset](server.url), ...settings } as Settings);
  const sending = notifier.send(notification, anAttempt({ thread }));
  const error = await failure(sending);
  return { error, receipt: error ? undefined : await sending, request: server.received[0]! };
}

describe('a message by a preset', () => {
  it('goes to ntfy with priority and tags', async () => {
    const { request } = await send('ntfy');
    expect(request.headers.authorization).toBe('Bearer tk_1');
    expect(request.body).toMatchObject({
      ...{ topic: 'alerts', priority: 4, tags: ['rotating_light'] },
      title: "Alert 'burst' changed state to ACTIVE",
      message: expect.stringContaining('Value: 7'),
    });
  });

  it('goes to Discord, waits for its answer and mentions nobody', async () => {
    const { request } = await send('discord', {}, aNotification('ops', 1, { message: '@everyone' }));
    expect(request.path).toBe('/api/webhooks/1/x?wait=true');
    expect(request.body).toMatchObject({
      allowed_mentions: { parse: [] },
      embeds: [{ description: expect.stringContaining('@everyone') }],
    });
  });

  it('goes to Mattermost and mentions nobody', async () => {
    const { request } = await send('mattermost', {}, aNotification('ops', 1, { message: '@channel' }));
    expect(request.body).toMatchObject({
      channel: 'ops',
      attachments: [{ text: expect.stringContaining('@\u200bchannel') }],
    });
  });

  it('goes to Telegram, and later ones answer the first', async () => {
    const first = await send('telegram', { body: { ok: true, result: { message_id: 42 } } });
    expect(first.request).toMatchObject({ path: '/bot12:ab/sendMessage', body: { chat_id: '-100' } });
    expect(first.receipt?.thread).toBe('42');
    const second = await send('telegram', {}, aNotification('ops', 2), '42');
    expect(second.request.body).toMatchObject({
      reply_parameters: { message_id: 42, allow_sending_without_reply: true },
    });
  });

  it.each(Object.keys(presets) as Preset[])('to %s has the text of its template', async (preset) => {
    const { request } = await send(preset, { settings: { text: '{{rule}} on {{host.name}}: {{value}}' } });
    expect(JSON.stringify(request.body)).toContain('burst on web-1: 7');
  });

  it.each([
    ['telegram', 4_096],
    ['ntfy', 4_000],
    ['discord', 4_000],
    ['mattermost', 8_000],
  ] as const)('to %s has at most %i characters', async (preset, longest) => {
    const { request } = await send(
      preset,
      { settings: { text: '{{message}}' } },
      aNotification('ops', 1, { message: '😀'.repeat(20_000) }),
    );
    const texts = JSON.stringify(request.body).match(/[😀]+ …/gu) ?? [];
    expect(texts).toHaveLength(1);
    expect(texts[0]!.length).toBeLessThanOrEqual(longest);
  });
});

describe('a setup that cannot work is named with its remedy', () => {
  it.each([
    [
      'telegram',
      400,
      { ok: false, description: 'Bad Request: chat not found' },
      /set the id of a chat in `chat`/,
    ],
    ['telegram', 401, { ok: false, description: 'Unauthorized' }, /@BotFather/],
    [
      'telegram',
      403,
      { ok: false, description: 'Forbidden: bot was kicked from the group chat' },
      /add the bot to the chat/,
    ],
    ['discord', 404, { message: 'Unknown Webhook', code: 10015 }, /create a new webhook/],
    ['mattermost', 404, { message: "Couldn't find the channel" }, /set an existing `channel`/],
    ['ntfy', 403, { code: 40301, error: 'forbidden' }, /check the token/],
  ] as const)('%s: %i %j', async (preset, status, body, remedy) => {
    const { error } = await send(preset, { status, body });
    expect(error).toMatchObject({ code: 'NOTIFIER_MISCONFIGURED', message: expect.stringMatching(remedy) });
    expect(error!.message).not.toContain('12:ab');
  });

  it('a pause that Telegram asks for in its body is kept', async () => {
    const { error } = await send('telegram', {
      status: 429,
      body: { ok: false, parameters: { retry_after: 11 } },
    });
    expect(error).toMatchObject({ code: 'NOTIFIER_UNAVAILABLE', retryAfter: 11_000 });
  });
});
