import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ask, sourceOf } from '../../../src/cli/api-client.ts';
import { addressFrom, fieldsFrom, moment, numberFrom, timeFrom } from '../../../src/cli/arguments.ts';
import { columns } from '../../../src/cli/terminal.ts';
import { api } from '../../../src/config/schema/service.ts';
import { anHttpServer, reply } from '../../support/http.ts';

/** The message of a wrong use, or the value. */
function outcome<T>(act: () => T): T | string {
  try {
    return act();
  } catch (error) {
    expect(error).toMatchObject({ code: 'USAGE' });
    return (error as Error).message;
  }
}

describe('an argument', () => {
  it.each<[string | undefined, number | undefined | string]>([
    [undefined, undefined],
    ['2026-11-21T13:45:00Z', Date.UTC(2026, 10, 21, 13, 45)],
    ['2026-11-21T13:45:00+01:00', Date.UTC(2026, 10, 21, 12, 45)],
    ['2026-11-21T13:45:00', Date.UTC(2026, 10, 21, 13, 45)],
    ['2026-11-21T13:45:00.250Z', Date.UTC(2026, 10, 21, 13, 45, 0, 250)],
    ['yesterday', '--from takes a time such as 2026-11-21T13:45:00Z, but got "yesterday".'],
    ['', '--from takes a time such as 2026-11-21T13:45:00Z, but got "".'],
    [
      '2026-13-21T13:45:00Z',
      '--from takes a time such as 2026-11-21T13:45:00Z, but got "2026-13-21T13:45:00Z".',
    ],
  ])('of a time: %j is %j', (text, wanted) => expect(outcome(() => timeFrom('from', text))).toBe(wanted));

  it.each([
    ['http://localhost:9200', 'http://localhost:9200'],
    ['HTTPS://h/path', 'HTTPS://h/path'],
    ['localhost:9200', '--url takes an address such as http://localhost:9200, but got "localhost:9200".'],
    ['ftp://h', '--url takes an address such as http://localhost:9200, but got "ftp://h".'],
    ['http://', '--url takes an address such as http://localhost:9200, but got "http://".'],
    ['', '--url takes an address such as http://localhost:9200, but got "".'],
    ['ftp://ann:secret@h', '--url takes an address such as http://localhost:9200, but got "ftp://…@h".'],
  ])('of an address: %j is %j', (text, wanted) => expect(outcome(() => addressFrom(text))).toBe(wanted));

  it.each<[string | undefined, Record<string, string> | string]>([
    [undefined, {}],
    ['a=1', { a: '1' }],
    [
      'event.dataset=nginx.access, host.name=web-1',
      { 'event.dataset': 'nginx.access', 'host.name': 'web-1' },
    ],
    ['a=', { a: '' }],
    ['a=b=c', { a: 'b=c' }],
    ['a=1,a=2', { a: '2' }],
    ['a', '--fields takes name=value, separated by commas, but got "a".'],
    ['a=1,', '--fields takes name=value, separated by commas, but got "".'],
    ['=1', '--fields takes name=value, separated by commas, but got "=1".'],
    ['a b=1', '--fields takes name=value, separated by commas, but got "a b=1".'],
  ])('of fields: %j is %j', (text, wanted) => expect(outcome(() => fieldsFrom(text))).toEqual(wanted));

  it.each<[string, number, number | undefined, number | string]>([
    ['5', 0, undefined, 5],
    ['0', 0, undefined, 0],
    ['007', 0, 10, 7],
    ['10', 0, 10, 10],
    ['11', 0, 10, '--n takes a whole number from 0 to 10, but got "11".'],
    ['0', 1, undefined, '--n takes a whole number from 1, but got "0".'],
    ['-1', 0, undefined, '--n takes a whole number from 0, but got "-1".'],
    ['1.5', 0, undefined, '--n takes a whole number from 0, but got "1.5".'],
    ['1e3', 0, undefined, '--n takes a whole number from 0, but got "1e3".'],
    ['', 0, undefined, '--n takes a whole number from 0, but got "".'],
    ['9007199254740993', 0, undefined, '--n takes a whole number from 0, but got "9007199254740993".'],
    ['0x10', 0, undefined, '--n takes a whole number from 0, but got "0x10".'],
  ])('of a number: %j from %d to %j is %j', (text, least, most, wanted) => {
    expect(outcome(() => numberFrom('n', text, least, most))).toBe(wanted);
  });

  it('of a time is read as tables show it, for all times of four digits of years', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Date.UTC(9999, 11, 31) }), (time) => {
        expect(timeFrom('from', `${moment(time).replace(' ', 'T')}Z`)).toBe(time);
      }),
    );
  });
});

describe('columns', () => {
  it.each<[string[][], string | undefined, string]>([
    [[], undefined, ''],
    [[['a', 'b']], undefined, '  a  b'],
    [
      [
        ['a', 'b'],
        ['long', 'x'],
      ],
      undefined,
      '  a     b\n  long  x',
    ],
    [
      [
        ['a', ''],
        ['b', 'x'],
      ],
      undefined,
      '  a\n  b  x',
    ],
    [[['a', '', 'c']], '', 'a    c'],
  ])('%j with the margin %j', (rows, margin, text) => {
    expect(margin === undefined ? columns(rows) : columns(rows, margin)).toBe(text);
  });
});

describe('the address of the API', () => {
  it.each<[object, string]>([
    [{}, 'http://127.0.0.1:9600'],
    [{ host: '0.0.0.0' }, 'http://127.0.0.1:9600'],
    [{ host: '::' }, 'http://[::1]:9600'],
    [{ host: '::1', port: 1 }, 'http://[::1]:1'],
    [{ host: 'logs.example.org' }, 'http://logs.example.org:9600'],
    [{ ssl_enabled: true, ssl_certificate: 'c' }, 'https://127.0.0.1:9600'],
  ])('of %j is %s', (settings, url) => {
    const source = sourceOf({ api: api.parse(settings) });
    expect(source.url).toBe(url);
    expect(source.certificate).toBe((settings as { ssl_certificate?: string }).ssl_certificate);
  });
});

describe('an answer of the API', () => {
  const answered = async (status: number, text: string, options: object = {}) => {
    const { url } = await anHttpServer((_, response) => response.writeHead(status).end(text));
    const message = await ask({ url }, '/x', options).then(
      (answer) => ({ answer }),
      (error: { code: string; message: string }) => `${error.code}: ${error.message.replaceAll(url, 'URL')}`,
    );
    return message;
  };

  it.each<[number, string, object, unknown]>([
    [200, '{"a":1}', {}, { answer: { a: 1 } }],
    [503, '{"a":1}', {}, { answer: { a: 1 } }],
    [404, '{"a":1}', { accepted: [404] }, { answer: { a: 1 } }],
    [200, '<html>', {}, 'API_UNAVAILABLE: URL/x answered 200, and no JSON. Is it logboom?'],
    [200, '', {}, 'API_UNAVAILABLE: URL/x answered 200, and no JSON. Is it logboom?'],
    [503, 'busy', {}, 'API_UNAVAILABLE: URL/x answered 503, and no JSON. Is it logboom?'],
    [401, '{"error":"x"}', {}, 'API_UNAVAILABLE: URL requires a token: set `api.token` or use --token.'],
    [403, '{"error":"read only"}', {}, 'API_UNAVAILABLE: URL/x refused: read only'],
    [403, '', {}, 'API_UNAVAILABLE: URL/x refused: no reason given'],
    [403, '{"error":7}', {}, 'API_UNAVAILABLE: URL/x refused: no reason given'],
    [404, '{"error":"x"}', {}, 'API_UNAVAILABLE: URL/x answered 404. Is it logboom?'],
    [400, '{"error":"bad\\u001b[2J"}', { body: {} }, 'API_UNAVAILABLE: bad\\u001b[2J'],
    [503, '{"error":"later"}', { body: {} }, 'API_UNAVAILABLE: later'],
    [500, 'oops', { body: {} }, 'API_UNAVAILABLE: URL/x answered 500. Is it logboom?'],
  ])('%d %j to %j', async (status, text, options, wanted) => {
    expect(await answered(status, text, options)).toEqual(wanted);
  });

  it('is asked for with the token, as JSON', async () => {
    const { url, received } = await anHttpServer((_, response) => reply(response, 200));
    await ask({ url, token: 't1' }, '/a?b=c');
    await ask({ url, token: 't1' }, '/d', { body: { e: 1 } });
    await ask({ url }, '/f');
    expect(received.map(({ path, headers, body }) => [path, headers.authorization, body])).toEqual([
      ['/a?b=c', 'Bearer t1', undefined],
      ['/d', 'Bearer t1', { e: 1 }],
      ['/f', undefined, undefined],
    ]);
    expect(received[1]!.headers['content-type']).toBe('application/json');
  });

  it('is missed where no server is', async () => {
    await expect(ask({ url: 'http://127.0.0.1:9' }, '/x')).rejects.toMatchObject({
      code: 'API_UNAVAILABLE',
      message: expect.stringMatching(
        /^No logboom answers at http:\/\/127\.0\.0\.1:9 \(.+\)\. Is it running\? Set another address with --url\.$/,
      ),
    });
  });
});
