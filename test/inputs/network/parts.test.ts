import { describe, expect, it } from 'vitest';
import { dropsIn } from '../../../src/inputs/network/kernel-drops.ts';
import { peerAt } from '../../../src/inputs/network/peer.ts';
import { syslogHost } from '../../../src/inputs/syslog/header.ts';

const hostIn = (line: string) => syslogHost(Buffer.from(line), 0, Buffer.byteLength(line));

describe('the host in a syslog header', () => {
  it.each([
    ['<34>1 2026-11-20T10:00:00.003Z web-1 app 12 ID [a b="c"] text', 'web-1'],
    ['<34>1 - 192.0.2.7 app - - - text', '192.0.2.7'],
    ['<34>1 2026-11-20T10:00:00Z - app - - - text', undefined],
    ['<34>Nov 20 10:00:00 web-1 app[12]: text', 'web-1'],
    ['<34>Nov  2 10:00:00 2001:db8::1 app: text', '2001:db8::1'],
    ['<34>Nov 20 2026 10:00:00 router app: text', 'router'],
    ['<34>Nov 20 10:00:00.123 web-1 app: text', 'web-1'],
    ['<34>2026-11-20T10:00:00.123456+01:00 web-1 app: text', 'web-1'],
    ['Nov 20 10:00:00 web-1 app: text', 'web-1'],
    ['<34>Nov 20 10:00:00 app: text', undefined],
    ['<34>Nov 20 10:00:00 app[12]: text', undefined],
    ['<34>text without a header', undefined],
    ['<11>shop: text', undefined],
    ['<13>Nov 29 10:00:00 dad: error: text', undefined],
    ['<13>Nov 29 10:00:00 ::1 su: text', '::1'],
    ['', undefined],
  ])('of %j is %j', (line, host) => expect(hostIn(line)).toBe(host));
});

describe('a peer', () => {
  it.each([
    ['192.0.2.7', 514, '192.0.2.7:514', '192.0.2.7', false],
    ['::ffff:192.0.2.7', 514, '192.0.2.7:514', '192.0.2.7', false],
    ['2001:db8::1', 514, '[2001:db8::1]:514', '2001:db8::1', false],
    ['fe80::1%eth0', 514, '[fe80::1]:514', 'fe80::1', false],
    ['127.0.0.1', 514, '127.0.0.1:514', '127.0.0.1', true],
  ])('at %s is written as people write it', (remote, port, address, ip, isLocal) => {
    expect(peerAt(remote, port)).toMatchObject({ address, ip, isLocal });
  });
});

describe('datagrams that the kernel dropped', () => {
  const table = [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops',
    ' 1234: 0100007F:158A 00000000:0000 07 00000000:00000000 00:00000000 00000000  1000        0 1 2 0000 17',
    ' 1235: 00000000:158A 00000000:0000 07 00000000:00000000 00:00000000 00000000  1000        0 1 2 0000 3',
    ' 1236: 00000000:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000  1000        0 1 2 0000 99',
    '',
  ].join('\n');

  it('are summed over the sockets of the port', () => {
    expect(dropsIn(table, 0x158a)).toBe(20);
    expect(dropsIn(table, 53)).toBe(99);
    expect(dropsIn(table, 80)).toBe(0);
    expect(dropsIn('', 80)).toBe(0);
  });
});
