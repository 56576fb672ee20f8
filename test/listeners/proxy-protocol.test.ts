import { describe, expect, it } from 'vitest';
import { readProxyHeader } from '../../src/listeners/reception.ts';
import { proxyV2 } from '../support/lumberjack/proxy-header.ts';

const text = (line: string) => Buffer.from(line, 'latin1');

describe('a header of the PROXY protocol', () => {
  it.each([
    ['v1 over IPv4', text('PROXY TCP4 203.0.113.7 10.0.0.1 56324 5044\r\n2W'), '203.0.113.7', 56_324],
    ['v1 over IPv6', text('PROXY TCP6 2001:db8::7 2001:db8::1 1 5044\r\n'), '2001:db8::7', 1],
    ['v2 over IPv4', proxyV2({ address: '203.0.113.7', port: 56_324 }), '203.0.113.7', 56_324],
    ['v2 over IPv6', proxyV2({ address: '2001:db8::7', port: 443 }), '2001:db8::7', 443],
    ['v2 with extensions', proxyV2({ address: '10.1.2.3', port: 9 }, 300), '10.1.2.3', 9],
  ])('names the client: %s', (_, bytes, address, port) => {
    const header = readProxyHeader(bytes);
    expect(header).toMatchObject({ kind: 'header', peer: { address, port } });
  });

  it.each([
    ['v1 of the balancer itself', text('PROXY UNKNOWN\r\n'), 15],
    ['v1 of another family', text('PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n'), 35],
    ['v2 of the balancer itself', proxyV2(undefined), 16],
  ])('names no client: %s', (_, bytes, length) => {
    expect(readProxyHeader(bytes)).toEqual({ kind: 'header', length });
  });

  it.each([
    ['v1', text('PROXY TCP4 203.0.113.7 10.0.0.1 56324 5044\r\n')],
    ['v2', proxyV2({ address: '2001:db8::7', port: 443 }, 20)],
  ])('may arrive in pieces: %s', (_, bytes) => {
    for (let length = 1; length < bytes.length; length += 1)
      expect(readProxyHeader(bytes.subarray(0, length)).kind).toBe('incomplete');
    const whole = readProxyHeader(Buffer.concat([bytes, text('2W')]));
    expect(whole).toMatchObject({ kind: 'header', length: bytes.length });
  });

  it.each([
    ['a window', text('2W\0\0\0\x01'), /does not begin/],
    ['HTTP', text('PROPFIND / HTTP/1.1\r\n\r\n'), /does not begin/],
    ['an endless line', text(`PROXY TCP4 ${'1'.repeat(120)}`), /longer than 107/],
    ['no address', text('PROXY TCP4 example.org 10.0.0.1 1 2\r\n'), /names no address/],
    ['the wrong family', text('PROXY TCP6 10.0.0.2 10.0.0.1 1 2\r\n'), /names no address/],
    ['no port', text('PROXY TCP4 10.0.0.2 10.0.0.1\r\n'), /names no address/],
    [
      'version 3',
      Buffer.concat([proxyV2(undefined).subarray(0, 12), Buffer.from([0x31, 0, 0, 0])]),
      /version/,
    ],
    [
      '64 KB announced',
      Buffer.concat([proxyV2(undefined).subarray(0, 14), Buffer.from([255, 255])]),
      /65535/,
    ],
    [
      'too short',
      Buffer.concat([proxyV2(undefined).subarray(0, 12), Buffer.from([0x21, 0x11, 0, 0])]),
      /short/,
    ],
  ])('is refused: %s', (_, bytes, reason) => {
    expect(readProxyHeader(bytes)).toEqual({ kind: 'invalid', reason: expect.stringMatching(reason) });
  });
});
