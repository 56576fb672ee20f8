import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ConfigInput } from '../../../src/config/schema/schema.ts';
import type { Notification } from '../../../src/model.ts';
import { aNotifier, anAttempt, failure } from '../../support/notifiers.ts';
import { aNotification } from '../../support/rules/alerts.ts';
import { anSmtpServer, partOf } from '../../support/smtp.ts';

type Settings = Partial<Extract<NonNullable<ConfigInput['notifiers']>[string], { kind: 'email' }>>;

const login = { user: 'logboom', password: 's3cret' };
const people = { operators: ['ann@example.com', 'Bob Lee <bob@example.com>'] };

async function aMailer(server: Parameters<typeof anSmtpServer>[0] = {}, settings: Settings = {}) {
  const { received, settings: reach } = await anSmtpServer(server);
  const config = {
    kind: 'email' as const,
    from: 'Log Boom <logboom@example.com>',
    to: ['ann@example.com'],
    ...reach,
    ...settings,
  };
  const mailer = aNotifier(config, people);
  return {
    mailer,
    received,
    send: (notification = aNotification('ops'), attempt = anAttempt()) => mailer.send(notification, attempt),
  };
}

/** A notification with the values of ten windows before it. */
function withHistory(changes: Partial<Notification> = {}): Notification {
  const notification = aNotification('ops', 1, { value: 0.1237, condition: '>= 5%' });
  const { end } = notification.transition.window;
  const history = Array.from({ length: 10 }, (_, i): [number, number] => [end - (10 - i) * 1000, i / 100]);
  return { ...notification, measure: 'share(http.response.status_code >= 500)', history, ...changes };
}

const recovery = (number: number): Notification => {
  const over = aNotification('ops', number, { from: 'active', to: 'inactive' });
  return { ...over, episode: { ...over.episode, status: 'inactive', end: over.episode.start + 200_000 } };
};

describe('an e-mail', () => {
  it.each(['starttls', 'implicit'] as const)('goes over %s with a login', async (tls) => {
    const { send, received } = await aMailer({ tls, login }, login);
    const receipt = await send();
    expect(receipt.answer).toBe('250 2.0.0 accepted as 1');
    expect(received).toMatchObject([
      { from: 'logboom@example.com', to: ['ann@example.com'], user: 'logboom', secure: true },
    ]);
  });

  it('goes in clear text where the server knows no TLS and the settings allow it', async () => {
    const { send, received } = await aMailer({ tls: 'none' }, { tls: 'optional' });
    await send();
    expect(received).toMatchObject([{ secure: false }]);
  });

  it('says in its text and in its HTML what happened', async () => {
    const { send, received } = await aMailer();
    const notification = withHistory();
    notification.episode.samples.push({
      '@timestamp': '2026-01-02T03:04:04.000Z',
      host: 'web-1',
      message: 'GET /login 500',
    });
    notification.episode.runbook = 'https://wiki.example.com/burst';
    await send(notification);
    const mail = received[0]!;
    expect(mail.headers).toMatchObject({
      subject: '[HIGH] burst (web-1)',
      'auto-submitted': 'auto-generated',
      'x-logboom-state': 'ACTIVE',
    });
    for (const type of ['text/plain', 'text/html']) {
      const text = partOf(mail, type);
      expect(text).toContain('changed state to ACTIVE');
      expect(text).toContain('web-1 served 7 requests');
      expect(text).toMatch(/12\.4 %/);
      expect(text).toContain('2026-01-02 03:04:05 UTC');
      expect(text).toContain('GET /login 500');
      expect(text).toContain('https://wiki.example.com/burst');
      expect(text).not.toContain('0.1237');
    }
  });

  it('shows the measure against its threshold as an inline picture', async () => {
    const { send, received } = await aMailer();
    await send(withHistory());
    const picture = received[0]!.parts.find(({ type }) => type === 'image/png')!;
    expect(picture.content.subarray(1, 4).toString()).toBe('PNG');
    const [, id] = /src="cid:([^"]+)"/.exec(partOf(received[0]!, 'text/html'))!;
    expect(picture.id).toBe(`<${id}>`);
    expect(partOf(received[0]!, 'text/html')).toMatch(/<img [^>]*width="600" height="160" alt="Chart: share/);
  });

  it.each([
    ['there are no values before', { history: [] }, {}],
    ['it is switched off', {}, { chart: false }],
  ] as const)('has no picture where %s', async (_, changes, settings) => {
    const { send, received } = await aMailer({}, settings);
    await send(withHistory(changes as Partial<Notification>));
    expect(received[0]!.parts.map(({ type }) => type)).toEqual(['text/plain', 'text/html']);
  });

  it('makes one thread of an episode: the recovery answers the alert', async () => {
    const { send, received } = await aMailer();
    const { thread } = await send();
    await send(recovery(2), anAttempt({ thread }));
    const [alert, end] = received.map(({ headers }) => headers);
    expect(alert!['in-reply-to']).toBeUndefined();
    expect(end).toMatchObject({
      'in-reply-to': alert!['message-id'],
      references: alert!['message-id'],
      subject: `Re: ${alert!.subject}`,
      'x-logboom-state': 'INACTIVE',
    });
    expect(end!['message-id']).not.toBe(alert!['message-id']);
    expect(partOf(received[1]!, 'text/plain')).toContain('Duration: 3 m 20 s');
  });

  it('has the same id at each attempt, so that a repetition is recognised', async () => {
    const { send, received } = await aMailer();
    await send();
    await send();
    const [first, second] = received.map(({ headers }) => headers['message-id']);
    expect(first).toBe(second);
  });
});

describe('the recipients of an e-mail', () => {
  it('are addresses and groups of people, each address once, with copies', async () => {
    const { send, received } = await aMailer(
      {},
      { to: ['operators', 'ANN@example.com'], cc: ['boss@example.com', 'bob@example.com'] },
    );
    await send();
    expect(received[0]!.to.map((one) => one.toLowerCase()).toSorted()).toEqual([
      'ann@example.com',
      'bob@example.com',
      'boss@example.com',
    ]);
    expect(received[0]!.headers.cc).toBe('boss@example.com');
  });

  it('are those of the rule where it names some', async () => {
    const { send, received } = await aMailer();
    await send({ ...aNotification('ops'), recipients: ['carol@example.com'] });
    expect(received[0]!.to).toEqual(['carol@example.com']);
  });

  it('must exist', async () => {
    const { send } = await aMailer({}, { to: [] });
    expect(await failure(send())).toMatchObject({
      code: 'NOTIFIER_REFUSED',
      message: expect.stringContaining('set `to`'),
    });
  });
});

describe('a server that refuses', () => {
  const no = (recipient: string, words: string) => ({
    refuse: (one: string) => (one === recipient ? words : undefined),
  });
  it.each([
    [
      'the only recipient for good',
      no('ann@example.com', '550 5.1.1 no such user'),
      'NOTIFIER_REFUSED',
      /550 5\.1\.1 no such user; correct `to`/,
    ],
    [
      'the only recipient for now',
      no('ann@example.com', '451 4.7.1 greylisted, try again'),
      'NOTIFIER_UNAVAILABLE',
      /ann@example\.com: 451 4\.7\.1 greylisted/,
    ],
    [
      'to relay',
      no('ann@example.com', '554 5.7.1 relay access denied'),
      'NOTIFIER_MISCONFIGURED',
      /does not relay for logboom/,
    ],
    [
      'the sender',
      { refuseSender: '553 5.1.8 unknown sender' },
      'NOTIFIER_MISCONFIGURED',
      /553 5\.1\.8 unknown sender; correct `from`/,
    ],
    ['the content', { refuseData: '554 5.6.0 looks like spam' }, 'NOTIFIER_REFUSED', /looks like spam/],
    ['the content for now', { refuseData: '452 4.3.1 disk full' }, 'NOTIFIER_UNAVAILABLE', /disk full/],
  ])('%s is understood by its answer', async (_, server, code, message) => {
    const { send } = await aMailer(server);
    expect(await failure(send())).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it('one recipient of two for good gets the mail delivered to the other, and is named', async () => {
    const { send, received } = await aMailer(no('bob@example.com', '550 5.1.1 no such user'), {
      to: ['operators'],
    });
    expect(await send()).toMatchObject({ refused: 'bob@example.com: 550 5.1.1 no such user' });
    expect(received[0]!.to).toEqual(['ann@example.com']);
  });

  it('one recipient of two for now gets the mail again for that one alone', async () => {
    const greylist = (recipient: string, attempt: number) =>
      recipient === 'bob@example.com' && attempt === 1 ? '451 4.7.1 try again later' : undefined;
    const { send, received } = await aMailer({ refuse: greylist }, { to: ['operators'] });
    const error = await failure(send());
    expect(error).toMatchObject({ code: 'NOTIFIER_UNAVAILABLE', reached: ['ann@example.com'] });
    await send(aNotification('ops'), anAttempt({ reached: error!.reached }));
    expect(received.map(({ to }) => to)).toEqual([['ann@example.com'], ['bob@example.com']]);
    expect(received[1]!.headers.to).toBe('ann@example.com, Bob Lee <bob@example.com>');
    expect(received[1]!.headers['message-id']).toBe(received[0]!.headers['message-id']);
  });
});

describe('a setup that cannot work is named with its remedy', () => {
  it.each([
    [
      'a wrong password',
      { login },
      { user: 'logboom', password: 'wrong' },
      /535 5\.7\.8 .*; check `user` and `password`/,
    ],
    ['a missing login', { login }, {}, /530|set `user`/],
    [
      'a certificate of an unknown authority',
      {},
      { ssl_certificate_authorities: [] },
      /ssl_certificate_authorities/,
    ],
    ['a server without STARTTLS', { tls: 'none' }, { tls: 'starttls' }, /STARTTLS.*set `tls`/is],
    [
      'an authority that is no file',
      {},
      { ssl_certificate_authorities: ['/nowhere.pem'] },
      /`ssl_certificate_authorities` names a file/,
    ],
    ['a host that does not exist', {}, { host: 'smtp.invalid' }, /check the host name/],
  ] as const)('%s', async (_, server, settings, message) => {
    const { send } = await aMailer(server as Parameters<typeof anSmtpServer>[0], settings as Settings);
    const error = await failure(send());
    expect(error?.message).toMatch(message);
    expect(error?.code).toBe('NOTIFIER_MISCONFIGURED');
    expect(error?.message).not.toContain('s3cret');
  });

  it('no server at all can be tried again', async () => {
    const { send } = await aMailer({}, { port: 1 });
    expect(await failure(send())).toMatchObject({
      code: 'NOTIFIER_UNAVAILABLE',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it('a server that hangs is given up when its time is over', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    onTestFinished(() => void silent.close());
    const { port } = silent.address() as AddressInfo;
    const { send } = await aMailer({}, { host: '127.0.0.1', port });
    const error = await failure(send(aNotification('ops'), anAttempt({ signal: AbortSignal.timeout(200) })));
    expect(error).toMatchObject({
      code: 'NOTIFIER_UNAVAILABLE',
      message: 'it cannot be reached: no answer in time',
    });
  });
});

describe('what senders wrote', () => {
  it('is no markup, whatever it is', async () => {
    const { send, received } = await aMailer();
    const text = '<script>alert(1)</script>\r\nBcc: eve@example.com';
    const hostile = aNotification('ops', 1, { group: text, reason: text, message: text });
    hostile.episode.samples.push({ '@timestamp': 'x', message: text });
    await send(hostile);
    const html = partOf(received[0]!, 'text/html');
    expect(html).not.toContain('<script>');
    expect(html).toContain('&lt;script&gt;');
    expect(received[0]!.headers.bcc).toBeUndefined();
    expect(received[0]!.to).toEqual(['ann@example.com']);
  });

  it('does not make a mail larger than 100 KB', async () => {
    const { send, received } = await aMailer();
    const long = '<😀&"'.repeat(50_000);
    const hostile = withHistory();
    Object.assign(hostile.transition, { group: long, reason: long, message: long });
    const labels = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`label-${i}`, long]));
    Object.assign(hostile.episode, {
      ...{ labels, runbook: `https://example.com/${long}`, url: `https://kibana.example.com/${long}` },
      samples: Array.from({ length: 5 }, () => ({ '@timestamp': 'x', message: long })),
    });
    await send(hostile);
    expect(received[0]!.raw.length).toBeLessThan(100 * 1024);
    expect(partOf(received[0]!, 'text/html')).toMatch(/<\/html>\s*$/);
  });
});
