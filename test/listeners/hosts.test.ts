import { describe, expect, it } from 'vitest';
import { isForeign, isOwnName } from '../../src/listeners/guard.ts';

describe('a Host header', () => {
  it.each([
    ['localhost:9600', true],
    ['LocalHost', true],
    ['a.localhost', true],
    ['127.0.0.1', true],
    ['192.168.1.7:80', true],
    ['[fe80::1]:80', true],
    ['logboom', true],
    ['logboom.:9600', true],
    ['logs.example.org', true],
    ['logs.example.org.:9600', true],
    ['sub.logs.example.org', false],
    ['evil.example', false],
    ['127.0.0.1.evil.example', false],
    ['evil.example:127', false],
    ['evil.example@127.0.0.1', false],
    ['[evil.example]', false],
    ['', false],
    ['a:b:c', false],
    [undefined, true],
  ])('%s names this server: %s', (host, own) => {
    expect(isOwnName(host, ['logs.example.org'])).toBe(own);
  });
});

describe('an Origin header', () => {
  it.each([
    [undefined, 'localhost:9600', false],
    ['http://localhost:9600', 'localhost:9600', false],
    ['https://logs.example.org', 'Logs.example.org', false],
    ['http://localhost:1', 'localhost:9600', true],
    ['http://evil.example', 'localhost:9600', true],
    ['null', 'localhost:9600', true],
    ['', 'localhost:9600', true],
  ])('%s for the host %s is foreign: %s', (origin, host, foreign) => {
    expect(isForeign(origin, host)).toBe(foreign);
  });
});
