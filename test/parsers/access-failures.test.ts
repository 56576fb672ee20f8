import { describe, expect, it } from 'vitest';
import { readAccess as read } from './access-fields.ts';

const time = '[10/Oct/2000:13:55:36 -0700]';

describe('an access-log line', () => {
  it.each([
    ['', 'does not begin like a line of access log'],
    ['plain text', 'does not begin like a line of access log'],
    [`127.0.0.1 ${time} "GET / HTTP/1.1" 200 1`, 'does not begin like a line of access log'],
    [
      '::1 - - [30/Feb/2026:00:00:00 +0000] "GET / HTTP/1.1" 200 1',
      'does not begin like a line of access log',
    ],
    [
      '::1 - - [17/Mai/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 1',
      'does not begin like a line of access log',
    ],
    [
      '::1 - - [17/May/2015:24:05:03 +0000] "GET / HTTP/1.1" 200 1',
      'does not begin like a line of access log',
    ],
    [`::1 - - ${time} "GET / HTTP/1.1`, 'the request has no closing quote'],
    [`::1 - - ${time} "GET / HTTP/1.1"`, 'the status code is not a number of three digits'],
    [`::1 - - ${time} "GET / HTTP/1.1" ok 1`, 'the status code is not a number of three digits'],
    [`::1 - - ${time} "GET / HTTP/1.1" 2000 1`, 'the status code is not a number of three digits'],
    [`::1 - - ${time} "GET / HTTP/1.1" 200`, 'the number of bytes is neither a number nor "-"'],
    [`::1 - - ${time} "GET / HTTP/1.1" 200 many`, 'the number of bytes is neither a number nor "-"'],
    [`::1 - - ${time} "GET / HTTP/1.1" 200 1 "x`, 'the referrer has no closing quote'],
    [`::1 - - ${time} "GET / HTTP/1.1" 200 1 "x" "y`, 'the user agent has no closing quote'],
    [`::1 - - ${time} "GET / HTTP/1.1" 200 1 "x" "y" "z`, 'the last field has no closing quote'],
    [`::1 - - ${time} "GET / HTTP/1.1" 200 1 "x"y"`, 'something other than a space follows a closing quote'],
  ])('that is broken is kept and tagged, with the reason: %s', (line, reason) => {
    const event = read(line);
    expect(event.parseFailure).toBe(reason);
    expect(JSON.parse(event.document())).toMatchObject({
      message: line,
      tags: ['_parsefailure'],
      error: { message: `line not parsed: ${reason}` },
    });
  });

  it.each<[string, Record<string, unknown>]>([
    [`::1 - bob ${time} "GET / HTTP/1.1`, { 'source.ip': '::1', 'user.name': 'bob', 'url.path': undefined }],
    [`::1 - bob ${time} "GET /a HTTP/1.1"`, { 'url.path': '/a', 'http.response.status_code': undefined }],
    [`::1 - bob ${time} "GET /a HTTP/1.1" 200`, { 'url.path': '/a', 'http.response.status_code': 200 }],
    [`::1 - bob ${time} "GET /a HTTP/1.1" 200 7 "x`, { 'http.response.body.bytes': 7 }],
    [`::1 - bob ${time} "GET /a HTTP/1.1" 200 7 "x" "y`, { 'http.request.referrer': 'x' }],
  ])('keeps what was read before it broke off: %s', (line, fields) => {
    const event = read(line);
    expect(event.get('tags')).toEqual(['_parsefailure']);
    for (const [name, value] of Object.entries(fields))
      expect([name, event.get(name)]).toEqual([name, value]);
    expect(event.has('source.ip')).toBe(true);
    expect(JSON.parse(event.document()).source.ip).toBe('::1');
  });

  it('does not keep fields of the line before it', () => {
    const whole = read(`::1 - bob ${time} "GET /a HTTP/1.1" 200 7 "x" "y"`);
    expect(whole.get('user_agent.original')).toBe('y');
    expect(read(`::1 - bob ${time} "GET /a HTTP/1.1" 500`).get('user_agent.original')).toBeUndefined();
  });

  it('of 1 MB is read or refused without delay', () => {
    expect(
      read(`::1 - - ${time} "GET /${'x'.repeat(1e6)} HTTP/1.1" 200 1`).get('http.response.status_code'),
    ).toBe(200);
    expect(read(' ['.repeat(500_000)).parseFailure).toBeDefined();
  });
});

describe('numbers and names that a server could not tell', () => {
  it('leave no hole in the document where the client is "-"', () => {
    const event = read(`- - - ${time} "GET / HTTP/1.1" 200 1`);
    const document = JSON.parse(event.document());
    expect(document.http.response.status_code).toBe(200);
    expect(document.source).toBeUndefined();
  });

  it('are no numbers where they have too many digits to be exact', () => {
    const event = read(`::1 - - ${time} "GET / HTTP/1.1" 200 ${'9'.repeat(400)}`);
    expect(event.parseFailure).toBe('the number of bytes is neither a number nor "-"');
    expect(event.document()).not.toContain('Infinity');
  });
});
