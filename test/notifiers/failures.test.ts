import { describe, expect, it, vi } from 'vitest';
import {
  deferred,
  isTemporary,
  failureOf as mailFailure,
  refusedIn,
} from '../../src/notifiers/email/errors.ts';
import { addressesOf, bareAddress, domainOf, identityOf } from '../../src/notifiers/email/recipients.ts';
import { NotifierError } from '../../src/notifiers/notifier.ts';
import { answerIn, errorOf, refusedPart } from '../../src/notifiers/slack/errors.ts';
import { answered, exchange, failureOf, oneLine } from '../../src/notifiers/transport/http.ts';
import { signedHeaders } from '../../src/notifiers/transport/signature.ts';
import { anHttpServer, reply } from '../support/http.ts';

type Code = 'UNAVAILABLE' | 'MISCONFIGURED' | 'REFUSED';
const of = ({ code, message }: { code: string; message: string }) =>
  `${code.replace('NOTIFIER_', '')}: ${message}`;

/** RFC 9110, and what each status says about another attempt. */
describe('an answer by HTTP that is not 2xx', () => {
  it.each<[number, Code, string]>([
    [301, 'MISCONFIGURED', 'it answered 301; the address has moved: correct it in `notifiers`'],
    [308, 'MISCONFIGURED', 'it answered 308; the address has moved: correct it in `notifiers`'],
    [400, 'REFUSED', 'it answered 400'],
    [401, 'MISCONFIGURED', 'it answered 401; check the token or the `headers` in `notifiers`'],
    [402, 'REFUSED', 'it answered 402'],
    [
      403,
      'MISCONFIGURED',
      'it answered 403; check the token, its permissions and the address in `notifiers`',
    ],
    [404, 'MISCONFIGURED', 'it answered 404; the address does not exist: correct it in `notifiers`'],
    [405, 'MISCONFIGURED', 'it answered 405; the address does not accept POST: correct it in `notifiers`'],
    [407, 'MISCONFIGURED', 'it answered 407; a proxy requires a password'],
    [408, 'UNAVAILABLE', 'it answered 408'],
    [409, 'REFUSED', 'it answered 409'],
    [
      410,
      'MISCONFIGURED',
      'it answered 410; the address no longer exists: create a new one and set it in `notifiers`',
    ],
    [413, 'REFUSED', 'it answered 413'],
    [422, 'REFUSED', 'it answered 422'],
    [425, 'UNAVAILABLE', 'it answered 425'],
    [429, 'UNAVAILABLE', 'it answered 429'],
    [499, 'REFUSED', 'it answered 499'],
    [500, 'UNAVAILABLE', 'it answered 500'],
    [503, 'UNAVAILABLE', 'it answered 503'],
    [599, 'UNAVAILABLE', 'it answered 599'],
  ])('%d: %s: %s', (status, code, message) => {
    expect(of(failureOf({ status, body: '', headers: {} }))).toBe(`${code}: ${message}`);
  });

  it.each<[string | string[] | undefined, number | undefined]>([
    [undefined, undefined],
    ['5', 5_000],
    ['0', 0],
    ['1.5', 1_500],
    ['-1', undefined],
    ['soon', undefined],
    [['5', '6'], undefined],
    ['Sun, 29 Nov 2026 09:01:00 GMT', 60_000],
    ['Sun, 29 Nov 2026 08:59:00 GMT', 0],
  ])('with `Retry-After: %j` is tried again after %s ms', (header, pause) => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-29T09:00:00Z') });
    try {
      for (const name of ['retry-after', 'Retry-After'])
        expect(failureOf({ status: 503, body: '', headers: { [name]: header } }).retryAfter).toBe(pause);
    } finally {
      vi.useRealTimers();
    }
  });

  it.each([
    ['', 'it answered 500'],
    ['  \n ', 'it answered 500'],
    ['no such channel', 'it answered 500: no such channel'],
    ['a\r\n\tb\u0000\u202ec', 'it answered 500: a b c'],
    ['x'.repeat(300), `it answered 500: ${'x'.repeat(200)}`],
    [`${'x'.repeat(199)}😀`, `it answered 500: ${'x'.repeat(199)}`],
  ])('quotes the body %j as %j', (body, text) => {
    expect(answered({ status: 500, body })).toBe(text);
    expect(oneLine(body).length).toBeLessThanOrEqual(200);
  });

  it('is judged by the kind first', async () => {
    const { url } = await anHttpServer((_, response) => reply(response, 400, { error: 'x' }));
    const own = new NotifierError('NOTIFIER_REFUSED', 'own');
    const signal = AbortSignal.timeout(60_000);
    await expect(exchange({ url, body: '{}' }, signal, () => own)).rejects.toBe(own);
    await expect(exchange({ url, body: '{}' }, signal, () => undefined)).rejects.toMatchObject({
      code: 'NOTIFIER_REFUSED',
      message: 'it answered 400: {"error":"x"}',
    });
  });

  it('is missed where nothing listens, with no secret of the address', async () => {
    const url = 'http://user:secret@127.0.0.1:9/hooks/secret';
    const failed = exchange({ url, body: '{}' }, AbortSignal.timeout(60_000));
    await expect(failed).rejects.toMatchObject({ code: 'NOTIFIER_UNAVAILABLE' });
    await expect(failed).rejects.not.toMatchObject({ message: expect.stringContaining('secret') });
  });
});

/** RFC 5321 and RFC 3463: 4xx may succeed later, 5xx will not; x.7.x is a policy that the operator can meet. */
describe('an answer by SMTP', () => {
  const relay =
    'the server does not relay for logboom: set `user` and `password`, or allow this machine and `from` on the server';

  it.each<[object, Code, string]>([
    [{ responseCode: 421, response: '421 4.3.2 busy' }, 'UNAVAILABLE', 'it answered 421 4.3.2 busy'],
    [{ responseCode: 451, command: 'DATA' }, 'UNAVAILABLE', 'it answered 451'],
    [
      { responseCode: 552, response: '552 5.3.4 too large', command: 'DATA' },
      'REFUSED',
      'it answered 552 5.3.4 too large',
    ],
    [
      { responseCode: 554, response: '554 5.7.1 no relay' },
      'MISCONFIGURED',
      `it answered 554 5.7.1 no relay; ${relay}`,
    ],
    [
      { responseCode: 550, response: 'Relaying denied' },
      'MISCONFIGURED',
      `it answered Relaying denied; ${relay}`,
    ],
    [
      { responseCode: 530, response: '530 5.5.1 auth' },
      'MISCONFIGURED',
      `it answered 530 5.5.1 auth; ${relay}`,
    ],
    [
      { responseCode: 550, response: '550 5.1.8 bad sender', command: 'MAIL FROM' },
      'MISCONFIGURED',
      'it answered 550 5.1.8 bad sender; correct `from`',
    ],
    [
      { responseCode: 554, response: '554 go away', command: 'CONN' },
      'MISCONFIGURED',
      'it answered 554 go away; allow this machine on the server',
    ],
    [
      { responseCode: 502, response: '502 no', command: 'EHLO' },
      'MISCONFIGURED',
      'it answered 502 no; allow this machine on the server',
    ],
    [
      { code: 'EAUTH', responseCode: 535, response: '535 5.7.8 bad' },
      'MISCONFIGURED',
      'it answered 535 5.7.8 bad; check `user` and `password`',
    ],
    [{ code: 'ENOAUTH' }, 'MISCONFIGURED', 'it answered no answer; check `user` and `password`'],
    [
      { command: 'STARTTLS', responseCode: 454, response: '454 TLS not available' },
      'MISCONFIGURED',
      'it answered 454 TLS not available to STARTTLS; set `tls` as the server needs it',
    ],
    [{ code: 'ETIMEDOUT', message: 'x' }, 'UNAVAILABLE', 'it cannot be reached: no answer in time'],
    [{ code: 'EABORT', message: 'x' }, 'UNAVAILABLE', 'it cannot be reached: no answer in time'],
    [
      { code: 'ETLS', message: 'wrong version' },
      'MISCONFIGURED',
      'it cannot be reached: wrong version; set `tls` as the server needs it',
    ],
    [
      { code: 'EDNS', message: 'no host' },
      'MISCONFIGURED',
      'it cannot be reached: no host; check the host name',
    ],
  ])('%j: %s: %s', (error, code, message) => {
    const thrown = Object.assign(new Error((error as { message?: string }).message ?? 'x'), error);
    expect(of(mailFailure(thrown))).toBe(`${code}: ${message}`);
  });

  const refused = (recipient: string, responseCode: number, response: string) => ({
    recipient,
    responseCode,
    response,
  });
  it.each<[object[], Code, string]>([
    [
      [refused('a@x', 550, '550 5.1.1 unknown'), refused('b@x', 450, '450 later')],
      'UNAVAILABLE',
      'it accepts later: a@x: 550 5.1.1 unknown; b@x: 450 later',
    ],
    [
      [refused('a@x', 550, '550 5.1.1 unknown')],
      'REFUSED',
      'it refused every recipient: a@x: 550 5.1.1 unknown; correct `to` or `recipients`',
    ],
    [
      [refused('a@x', 550, '550 5.7.1 denied'), refused('b@x', 550, '550 5.1.1 unknown')],
      'MISCONFIGURED',
      `it refused every recipient: a@x: 550 5.7.1 denied; b@x: 550 5.1.1 unknown; ${relay}`,
    ],
  ])('of recipients %j: %s', (rejectedErrors, code, message) => {
    expect(of(mailFailure({ rejectedErrors }))).toBe(`${code}: ${message}`);
  });

  it('names who has a message already', () => {
    const error = deferred([refused('b@x', 450, '450 later')], ['a@x']);
    expect(error).toMatchObject({ reached: ['a@x'], message: 'it accepts later: b@x: 450 later' });
  });

  it.each([
    [399, false],
    [400, true],
    [499, true],
    [500, false],
    [undefined, false],
  ])('with %s is temporary: %s', (responseCode, temporary) => {
    expect(isTemporary({ responseCode })).toBe(temporary);
  });

  it('says that there was none', () => {
    expect(refusedIn([{}, { responseCode: 550 }, { response: 'a\nb' }])).toBe('no answer; 550; a b');
  });
});

describe('an address of e-mail', () => {
  it.each([
    ['ann@example.com', 'ann@example.com', 'example.com', 'ann@example.com'],
    [' ann@example.com ', 'ann@example.com', 'example.com', 'ann@example.com'],
    ['Ann Lee <Ann@Example.com>', 'Ann@Example.com', 'Example.com', 'ann@example.com'],
    ['"a@b" <c@d.example>', 'c@d.example', 'd.example', 'c@d.example'],
  ])('%s', (address, bare, domain, identity) => {
    expect([bareAddress(address), domainOf(address), identityOf(address)]).toEqual([bare, domain, identity]);
  });

  it.each<[string[], string[]]>([
    [['a@x'], ['a@x']],
    [['ops'], ['a@x', 'b@x']],
    [
      ['b@x', 'ops', 'B@X'],
      ['B@X', 'a@x'],
    ],
    [['toString'], ['toString']],
    [[], []],
  ])('%j stand for %j', (recipients, addresses) => {
    expect(addressesOf(recipients, { ops: ['a@x', 'b@x'] })).toEqual(addresses);
  });
});

/** Errors of `chat.postMessage` (docs.slack.dev). */
describe('an error of Slack', () => {
  const token = 'set a valid bot token in `token`';
  const scope = 'give the app the scope `chat:write` and reinstall it';
  it.each<[string, Code, string]>([
    ['ratelimited', 'UNAVAILABLE', ''],
    ['internal_error', 'UNAVAILABLE', ''],
    [
      'channel_not_found',
      'MISCONFIGURED',
      '; set an existing `channel`, and invite the app if it is private',
    ],
    ['not_in_channel', 'MISCONFIGURED', '; invite the app into the channel (/invite @app)'],
    ['is_archived', 'MISCONFIGURED', '; unarchive the channel, or set another `channel`'],
    ['invalid_auth', 'MISCONFIGURED', `; ${token}`],
    ['token_revoked', 'MISCONFIGURED', `; ${token}`],
    ['missing_scope', 'MISCONFIGURED', `; ${scope}`],
    ['msg_too_long', 'REFUSED', ''],
    ['constructor', 'REFUSED', ''],
  ])('%s: %s', (error, code, remedy) => {
    expect(of(errorOf(error))).toBe(`${code}: Slack answered ${error}${remedy}`);
  });

  it.each<[string, object]>([
    ['{"ok":true,"ts":"1.2"}', { ts: '1.2' }],
    ['{"ok":true}', { ts: undefined }],
    ['{"ok":true,"ts":5}', { ts: undefined }],
    ['{"ok":false,"error":"x"}', { error: 'x' }],
    ['{"ok":"true"}', { error: 'an answer without `ok`' }],
    ['{"ok":false,"error":"a\\nb"}', { error: 'a b' }],
    [`{"error":"${'x'.repeat(150)}"}`, { error: 'x'.repeat(100) }],
    ['ok', { error: 'an answer that is not JSON' }],
    ['null', { error: 'an answer that is not JSON' }],
  ])('in %s is %j', (body, wanted) => expect(answerIn(body)).toEqual(wanted));

  it.each([
    ['thread_not_found', 'thread'],
    ['cannot_reply_to_message', 'thread'],
    ['invalid_blocks', 'blocks'],
    ['invalid_blocks_format', 'blocks'],
    ['channel_not_found', undefined],
  ])('%s is of the part %s', (error, part) => expect(refusedPart(error)).toBe(part));
});

/** The example of the libraries of Standard Webhooks. */
describe('a signature', () => {
  const at = 1_614_265_330_000;
  const [id, body] = ['msg_p5jXN8AQM9LWM0D4loKWxJek', '{"test": 2432232314}'];

  it('is that of the specification', () => {
    expect(signedHeaders('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', id, body, at)).toEqual({
      'webhook-id': id,
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it.each<[string, Parameters<typeof signedHeaders>]>([
    ['another secret', ['whsec_AAAA', id, body, at]],
    ['another id', ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'msg_2', body, at]],
    ['another body', ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', id, '{}', at]],
    ['another second', ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', id, body, at + 1_000]],
    ['a secret that is no base64', ['MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', id, body, at]],
  ])('differs with %s', (_, args) => {
    expect(signedHeaders(...args)['webhook-signature']).not.toBe(
      'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    );
  });

  it('has whole seconds', () => {
    expect(signedHeaders('x', id, body, at + 999)['webhook-timestamp']).toBe('1614265330');
  });
});
