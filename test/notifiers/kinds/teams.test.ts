import { describe, expect, it } from 'vitest';
import { anHttpServer, reply } from '../../support/http.ts';
import { aNotifier, anAttempt, failure } from '../../support/notifiers.ts';
import { aNotification } from '../../support/rules/alerts.ts';

async function aChannel(status = 202) {
  const server = await anHttpServer((_, response) => reply(response, status, ''));
  return { teams: aNotifier({ kind: 'teams', url: `${server.url}/workflows/1` }), received: server.received };
}
interface Message {
  type: string;
  attachments: { contentType: string; content: { version: string; body: object[]; actions: object[] } }[];
}

describe('Teams', () => {
  it('gets an Adaptive Card with message, facts and links', async () => {
    const { teams, received } = await aChannel();
    const notification = aNotification('ops');
    notification.episode.url = 'https://kibana.example.com';
    expect(await teams.send(notification, anAttempt())).toMatchObject({
      answer: expect.stringContaining('it answered 202'),
    });
    const { type, attachments } = received[0]!.body as Message;
    expect(type).toBe('message');
    expect(attachments[0]!.contentType).toBe('application/vnd.microsoft.card.adaptive');
    const { version, body, actions } = attachments[0]!.content;
    expect(version).toBe('1.4');
    expect(body).toMatchObject([
      { type: 'Container', style: 'attention' },
      { text: 'web\\-1 served 7 requests' },
      { type: 'FactSet', facts: expect.arrayContaining([{ title: 'Value', value: '7' }]) },
    ]);
    expect(actions).toEqual([
      { type: 'Action.OpenUrl', title: 'Open in Discover', url: 'https://kibana.example.com' },
    ]);
  });

  it('gets a card that it does not drop for its size', async () => {
    const { teams, received } = await aChannel();
    const long = '*😀"'.repeat(5_000);
    const notification = aNotification('ops', 1, { group: long, reason: long, message: long });
    notification.episode.samples = Array.from({ length: 5 }, () => ({ '@timestamp': 'x', message: long }));
    notification.episode.labels = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`l${i}`, long]));
    await teams.send(notification, anAttempt());
    expect(Buffer.byteLength(JSON.stringify(received[0]!.body))).toBeLessThanOrEqual(21_000);
  });

  it.each([
    ['1,500 characters of two units as they are', '😀'.repeat(1_500), '😀'.repeat(1_500)],
    ['2,000 characters as they are', 'x'.repeat(2_000), 'x'.repeat(2_000)],
    ['2,001 characters cut, which is shown', 'x'.repeat(2_001), `${'x'.repeat(2_000)} …`],
    ['2,001 characters of two units cut', '😀'.repeat(2_001), `${'😀'.repeat(2_000)} …`],
  ])('gets a message of %s', async (_, message, shown) => {
    const { teams, received } = await aChannel();
    await teams.send(aNotification('ops', 1, { message }), anAttempt());
    const { content } = (received[0]!.body as Message).attachments[0]!;
    expect(content.body[1]).toMatchObject({ type: 'TextBlock', text: shown });
  });

  it('that is too busy is tried again', async () => {
    const { teams } = await aChannel(429);
    expect(await failure(teams.send(aNotification('ops'), anAttempt()))).toMatchObject({
      code: 'NOTIFIER_UNAVAILABLE',
    });
  });
});
