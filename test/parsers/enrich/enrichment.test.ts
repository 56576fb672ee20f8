import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { enrichmentProblems } from '../../../src/parsers/enrich/enrichment.ts';
import { Locations } from '../../../src/parsers/enrich/locations.ts';
import { userAgent } from '../../../src/parsers/enrich/user-agents.ts';
import { EventReader } from '../../../src/parsers/event.ts';
import { load } from '../../support/config.ts';
import { blockOf } from '../../support/events.ts';
import { writeDatabase } from './mmdb.ts';

const folder = mkdtempSync(join(tmpdir(), 'logboom-mmdb-'));
afterAll(() => rmSync(folder, { recursive: true }));
const cities = join(folder, 'cities.mmdb');
const systems = join(folder, 'systems.mmdb');
const berlin = {
  continent: { code: 'EU', names: { en: 'Europe', de: 'Europa' } },
  country: { iso_code: 'DE', names: { en: 'Germany' } },
  subdivisions: [{ iso_code: 'BE', names: { en: 'State of Berlin' } }],
  city: { names: { en: 'Berlin' } },
  postal: { code: '10115' },
  location: { latitude: 52.5, longitude: 13.4, time_zone: 'Europe/Berlin' },
};
writeDatabase(cities, { '203.0.113.0/24': berlin, '198.51.100.0/25': { country_code: 'FR' } });
writeDatabase(systems, {
  '203.0.113.0/24': { autonomous_system_number: 64500, autonomous_system_organization: 'Example AS' },
});

describe('a user agent', () => {
  it.each([
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.6099.109 Safari/537.36',
      'Chrome',
      '120.0.6099.109',
      'Windows 10',
      'Other',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Mobile/15E148 Safari/604.1',
      'Mobile Safari',
      '17.1',
      'iOS 17.1',
      'iPhone',
    ],
    [
      'Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/121.0',
      'Firefox',
      '121.0',
      'Ubuntu',
      'Other',
    ],
    [
      'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
      'Googlebot',
      '2.1',
      undefined,
      'Spider',
    ],
    ['curl/8.4.0', 'curl', '8.4.0', undefined, 'Other'],
    ['python-requests/2.31.0', 'Python Requests', '2.31', undefined, 'Other'],
    ['', 'Other', undefined, undefined, 'Other'],
    ['something of its own', 'Other', undefined, undefined, 'Other'],
  ])('%s is %s %s', (text, name, version, system, device) => {
    const found = userAgent(text) as {
      name: string;
      version?: string;
      os?: { full: string };
      device: { name: string };
    };
    expect([found.name, found.version, found.os?.full, found.device.name]).toEqual([
      name,
      version,
      system,
      device,
    ]);
    expect(userAgent(text)).toBe(found);
  });

  it('that is longer than any program sends is not read', () => {
    expect(userAgent('Mozilla/5.0 '.repeat(1_000))).toEqual({});
  });
});

describe('the place of an address', () => {
  it('is known of nested and of flat records, and of systems', () => {
    const locations = new Locations({ paths: [cities, systems], unreadable: () => {} });
    expect(locations.of('203.0.113.9')).toEqual({
      geo: {
        ...{
          continent_name: 'Europe',
          continent_code: 'EU',
          country_iso_code: 'DE',
          country_name: 'Germany',
        },
        ...{
          region_iso_code: 'DE-BE',
          region_name: 'State of Berlin',
          city_name: 'Berlin',
          postal_code: '10115',
        },
        ...{ timezone: 'Europe/Berlin', location: { lat: 52.5, lon: 13.4 } },
      },
      as: { number: 64500, organization: { name: 'Example AS' } },
    });
    expect(locations.of('198.51.100.1')).toEqual({ geo: { country_iso_code: 'FR' } });
    for (const unknown of ['192.0.2.1', '::1', 'no address', '']) expect(locations.of(unknown)).toEqual({});
  });

  it('is read anew when the file is replaced, and stays known when the new one is damaged', () => {
    const path = join(folder, 'renewed.mmdb');
    writeDatabase(path, { '203.0.113.0/24': { country_code: 'DE' } });
    let now = 0;
    const problems: string[] = [];
    const locations = new Locations({
      paths: [path],
      unreadable: (file) => problems.push(file),
      now: () => now,
    });
    const country = () => (locations.of('203.0.113.9').geo as { country_iso_code: string }).country_iso_code;
    expect(country()).toBe('DE');
    writeDatabase(path, {
      '203.0.113.0/24': { country_code: 'AT' },
      '198.51.100.0/24': { country_code: 'FR' },
    });
    expect(country()).toBe('DE');
    now += 60_000;
    expect(country()).toBe('AT');
    writeFileSync(path, 'no database');
    now += 60_000;
    expect([country(), problems]).toEqual(['AT', [path]]);
  });
});

const at = '2026-11-29T10:00:00.000Z';

function read(event: object, enrich = `userAgent: true, geoip: [${cities}, ${systems}]`) {
  const { config } = load({ yaml: `parsers: { enrich: { ${enrich} } }` });
  const reader = new EventReader({ parsers: config!.parsers, time: { zone: 'UTC' } });
  reader.open(blockOf(JSON.stringify(event)), {
    origin: { input: 'a', connection: 'a', address: '' },
    receivedAt: Date.parse(at),
  });
  return reader.next()!;
}

describe('an event', () => {
  const line = '203.0.113.9 - - [29/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 1 "-" "curl/8.4.0"';

  it('has what its line stands for, for rules and in the document', () => {
    const event = read({ '@timestamp': at, message: line });
    expect(event.get('source.geo.country_iso_code')).toBe('DE');
    expect(event.get('source.as.number')).toBe(64500);
    expect(event.get('user_agent.name')).toBe('curl');
    expect([
      event.has('source.geo.city_name'),
      event.has('source.geo'),
      event.has('source.geo.nothing'),
    ]).toEqual([true, true, false]);
    expect(event.names('user_agent.*').sort()).toEqual([
      'user_agent.device.name',
      'user_agent.name',
      'user_agent.original',
      'user_agent.version',
    ]);
    expect(JSON.parse(event.document())).toMatchObject({
      source: {
        ip: '203.0.113.9',
        geo: { city_name: 'Berlin' },
        as: { organization: { name: 'Example AS' } },
      },
      user_agent: { original: 'curl/8.4.0', name: 'curl', version: '8.4.0', device: { name: 'Other' } },
      http: { response: { status_code: 200 } },
    });
  });

  describe('of an integration of Elastic', () => {
    const enrich = 'integrations: true';
    const accessLine = line.replace('- - [', '- bob [');

    it.each([
      ['nginx.access', 'nginx'],
      ['system.auth', 'system'],
      ['shop.access', undefined],
      ['nginx', 'nginx'],
    ])('with the dataset %s has the module and service type %s', (dataset, module) => {
      const event = read({ '@timestamp': at, message: accessLine, event: { dataset } }, enrich);
      expect([event.get('event.module'), event.get('service.type')]).toEqual([module, module]);
      const document = JSON.parse(event.document());
      expect([document.event.module, document.service?.type]).toEqual([module, module]);
      expect('service' in document).toBe(module !== undefined);
    });

    it('has its addresses, users and hosts in `related`, each once, and no field without a value', () => {
      const sent = {
        event: { dataset: 'nginx.access' },
        client: { ip: '203.0.113.9' },
        destination: { ip: '192.0.2.1' },
      };
      const event = read({ '@timestamp': at, message: accessLine, ...sent }, enrich);
      const { related } = JSON.parse(event.document());
      expect(related).toEqual({ ip: ['203.0.113.9', '192.0.2.1'], user: ['bob'] });
      expect(event.get('related.ip')).toEqual(['203.0.113.9', '192.0.2.1']);
      expect([event.has('related.user'), event.has('related.hosts')]).toEqual([true, false]);
    });

    it('keeps what its sender or its parser found', () => {
      const own = { event: { dataset: 'nginx.access', module: 'mine' }, related: { ip: ['192.0.2.7'] } };
      const document = JSON.parse(read({ '@timestamp': at, message: accessLine, ...own }, enrich).document());
      expect([document.event.module, document.service.type, document.related]).toEqual([
        'mine',
        'nginx',
        { ip: ['192.0.2.7'], user: ['bob'] },
      ]);
    });

    it('is a rule’s to group by and to filter', () => {
      const event = read(
        { '@timestamp': at, message: accessLine, event: { dataset: 'nginx.access' } },
        enrich,
      );
      expect(event.names('related.*').toSorted()).toEqual(['related.ip', 'related.user']);
      expect(event.names('event.module')).toEqual(['event.module']);
    });
  });

  it('keeps what its sender found out', () => {
    const sent = {
      '@timestamp': at,
      source: { ip: '203.0.113.9', geo: { country_iso_code: 'XX' } },
      user_agent: { original: 'curl/8.4.0', name: 'own' },
    };
    const document = JSON.parse(read(sent).document());
    expect(document.source).toEqual({
      ...sent.source,
      as: { number: 64500, organization: { name: 'Example AS' } },
    });
    expect(document.user_agent).toEqual(sent.user_agent);
  });

  it('is enriched at both ends, and by the first of several addresses', () => {
    const sent = {
      '@timestamp': at,
      destination: { ip: '203.0.113.9' },
      client: { ip: ['198.51.100.1', '203.0.113.9'] },
    };
    const event = read(sent);
    expect(event.get('destination.geo.country_iso_code')).toBe('DE');
    expect(event.get('client.geo.country_iso_code')).toBe('FR');
  });

  it('has nothing added where nothing is configured', () => {
    const event = read({ '@timestamp': at, message: line }, '');
    expect(event.enrichment).toBeUndefined();
    expect([event.get('user_agent.name'), event.has('source.geo')]).toEqual([undefined, false]);
  });
});

it('a check names a database that cannot be read', () => {
  const broken = join(folder, 'broken.mmdb');
  writeFileSync(broken, 'no database');
  const { problems } = load({
    yaml: `parsers: { enrich: { geoip: [${cities}, ${broken}, /does/not/exist] } }`,
    checks: [enrichmentProblems],
  });
  expect(problems.map(({ path }) => path)).toEqual(['parsers.enrich.geoip[1]', 'parsers.enrich.geoip[2]']);
});
