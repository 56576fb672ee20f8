import { describe, expect, it } from 'vitest';
import { parsers } from '../../../src/config/schema/parsers.ts';
import { domainParts, scopeOf } from '../../../src/parsers/enrich/domains.ts';
import { EventReader } from '../../../src/parsers/event.ts';
import { batch, blockOf } from '../../support/events.ts';

describe('a host name', () => {
  it.each<[name: string, registered: string | undefined, top: string, subdomain: string | undefined]>([
    ['example.com', 'example.com', 'com', undefined],
    ['www.example.com', 'example.com', 'com', 'www'],
    ['a.b.example.co.uk', 'example.co.uk', 'co.uk', 'a.b'],
    ['co.uk', undefined, 'co.uk', undefined],
    ['WWW.Example.COM.', 'example.com', 'com', 'www'],
    // A rule with a wildcard, and its exception.
    ['a.b.ck', 'a.b.ck', 'b.ck', undefined],
    ['x.a.b.ck', 'a.b.ck', 'b.ck', 'x'],
    ['www.ck', 'www.ck', 'ck', undefined],
    ['shop.www.ck', 'www.ck', 'ck', 'shop'],
    // A suffix that a company offers.
    ['me.github.io', 'me.github.io', 'github.io', undefined],
    // No rule: the last label.
    ['db.internal.corp', 'internal.corp', 'corp', 'db'],
    // Punycode and Unicode are the same name.
    ['www.食狮.公司.cn', '食狮.公司.cn', '公司.cn', 'www'],
    ['www.xn--85x722f.xn--55qx5d.cn', 'xn--85x722f.xn--55qx5d.cn', 'xn--55qx5d.cn', 'www'],
  ])('%s', (name, registered, top, subdomain) => {
    expect(domainParts(name)).toEqual({
      ...(registered !== undefined && { registered_domain: registered }),
      top_level_domain: top,
      ...(subdomain !== undefined && { subdomain }),
    });
    // The second look is answered from memory.
    expect(domainParts(name)).toEqual(domainParts(name));
  });

  it.each([
    '',
    'localhost',
    '192.0.2.1',
    '[::1]',
    '::1',
    'a..b',
    '.com',
    'a b.com',
    'x/y.com',
    `${'a'.repeat(250)}.com`,
  ])('is not: %j', (name) => expect(domainParts(name)).toBeUndefined());
});

describe('an address', () => {
  it.each([
    ['8.8.8.8', 'public'],
    ['10.1.2.3', 'private'],
    ['172.31.255.255', 'private'],
    ['172.32.0.1', 'public'],
    ['100.64.0.1', 'private'],
    ['127.0.0.1', 'loopback'],
    ['169.254.1.1', 'link-local'],
    ['224.0.0.1', 'multicast'],
    ['192.0.2.1', 'reserved'],
    ['255.255.255.255', 'reserved'],
    ['::1', 'loopback'],
    ['fe80::1', 'link-local'],
    ['fd00::1', 'private'],
    ['2001:db8::1', 'reserved'],
    ['2606:4700::1111', 'public'],
    ['::ffff:10.0.0.1', 'private'],
    ['name', undefined],
  ])('%s is %s', (address, scope) => expect(scopeOf(address)).toBe(scope));
});

describe('an event', () => {
  const read = (enrich: object, event: object) => {
    const reader = new EventReader({ parsers: parsers.parse({ enrich }), time: { zone: 'UTC' } });
    reader.open(blockOf(JSON.stringify({ '@timestamp': '2026-11-20T10:00:00.000Z', ...event })), batch);
    return reader.next()!;
  };

  it('gets the parts of its names, and keeps what it has', () => {
    const event = read(
      { domains: true },
      {
        url: { domain: 'www.example.co.uk' },
        dns: { question: { name: 'mail.example.org' } },
        destination: { domain: 'a.example.com', registered_domain: 'mine' },
      },
    );
    expect(event.get('url.registered_domain')).toBe('example.co.uk');
    expect(event.get('dns.question.subdomain')).toBe('mail');
    expect(event.get('destination.registered_domain')).toBe('mine');
    expect(JSON.parse(event.document())).toMatchObject({
      url: { registered_domain: 'example.co.uk', top_level_domain: 'co.uk', subdomain: 'www' },
      dns: { question: { registered_domain: 'example.org', top_level_domain: 'org', subdomain: 'mail' } },
    });
  });

  it('gets the scope of its addresses', () => {
    const event = read(
      { addressScopes: true },
      { source: { ip: '10.0.0.1' }, destination: { ip: ['8.8.8.8', '::1'] } },
    );
    expect(event.get('source.address_scope')).toBe('private');
    expect(event.has('destination.address_scope')).toBe(true);
    expect(JSON.parse(event.document())).toMatchObject({
      source: { ip: '10.0.0.1', address_scope: 'private' },
      destination: { address_scope: 'public' },
    });
  });

  it('gets neither by default', () => {
    const event = read({}, { source: { ip: '10.0.0.1' }, url: { domain: 'www.example.com' } });
    expect(event.has('source.address_scope')).toBe(false);
    expect(event.has('url.registered_domain')).toBe(false);
  });
});
