import { describe, expect, it } from 'vitest';
import { accessLine, combinedTime } from '../../src/generator/access-line.ts';
import { seededRandom } from '../../src/generator/random.ts';
import { accessTraffic } from '../../src/generator/traffic.ts';

const at = Date.parse('2026-05-28T20:26:40.123Z');
/** Combined Log Format as nginx documents it. */
const combined =
  /^(\d+\.\d+\.\d+\.\d+) - (\S+) \[(\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000)\] "(GET|POST) (\/\S*) HTTP\/1\.1" (\d{3}) (\d+) "([^"]*)" "([^"]*)"$/;

function fieldsOf(count: number, seed = 1) {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => {
    const match = combined.exec(accessLine(random, at));
    if (!match) throw new Error('no combined line');
    const [, address, user, time, method, path, status, bytes, referrer, agent] =
      match as unknown as string[];
    return {
      address,
      user,
      time,
      method,
      path,
      status: Number(status),
      bytes: Number(bytes),
      referrer,
      agent,
    };
  });
}

describe('an access line', () => {
  it('is in Combined Log Format, every one of thousands', () => {
    expect(fieldsOf(5_000)).toHaveLength(5_000);
  });

  it.each([
    ['2026-05-28T20:26:40.123Z', '28/May/2026:20:26:40 +0000'],
    ['2024-02-29T00:00:00.000Z', '29/Feb/2024:00:00:00 +0000'],
    ['1999-12-31T23:59:59.999Z', '31/Dec/1999:23:59:59 +0000'],
  ])('writes %s as %s', (iso, text) => {
    expect(combinedTime(Date.parse(iso))).toBe(text);
  });

  it('is mostly a success, sometimes a miss, seldom an error', () => {
    const lines = fieldsOf(20_000);
    const share = (low: number) =>
      lines.filter(({ status }) => Math.floor(status / 100) === low).length / 20_000;
    expect(share(2)).toBeGreaterThan(0.8);
    expect(share(3)).toBeGreaterThan(0.03);
    expect(share(4)).toBeGreaterThan(0.02);
    expect(share(4)).toBeLessThan(0.1);
    expect(share(5)).toBeGreaterThan(0.001);
    expect(share(5)).toBeLessThan(0.02);
  });

  it('comes from many addresses, none of them anybody’s', () => {
    const addresses = new Set(fieldsOf(5_000).map(({ address }) => address!));
    expect(addresses.size).toBeGreaterThan(500);
    for (const address of addresses)
      expect(address).toMatch(/^(192\.0\.2|198\.51\.100|203\.0\.113|10\.20\.3[01])\./);
  });

  it('has no body where nothing changed, and sizes that differ otherwise', () => {
    const lines = fieldsOf(5_000);
    expect(lines.filter(({ status }) => status === 304).every(({ bytes }) => bytes === 0)).toBe(true);
    expect(new Set(lines.map(({ bytes }) => bytes)).size).toBeGreaterThan(1_000);
  });
});

describe('traffic', () => {
  it('has the shape of what Filebeat sends', () => {
    const document = JSON.parse(accessTraffic({ host: 'web-7', path: '/logs/access.log' })(at));
    const uuid = expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(Object.keys(document).slice(0, 3)).toEqual(['@timestamp', '@metadata', 'message']);
    expect(document).toEqual({
      '@timestamp': '2026-05-28T20:26:40.123Z',
      '@metadata': { beat: 'filebeat', type: '_doc', version: '7.17.29' },
      message: expect.stringMatching(combined),
      input: { type: 'filestream' },
      agent: {
        type: 'filebeat',
        version: '7.17.29',
        hostname: 'web-7',
        ephemeral_id: uuid,
        id: uuid,
        name: 'web-7',
      },
      ecs: { version: '1.12.0' },
      host: { name: 'web-7' },
      event: { dataset: 'nginx.access' },
      log: { offset: 0, file: { path: '/logs/access.log' } },
    });
  });

  it('counts on in its log file, line by line', () => {
    const make = accessTraffic();
    const documents = Array.from({ length: 50 }, (_, i) => JSON.parse(make(at + i)));
    let offset = 0;
    for (const document of documents) {
      expect(document.log.offset).toBe(offset);
      offset += Buffer.byteLength(document.message) + 1;
    }
  });

  it('is the same for the same seed and differs for another', () => {
    const lines = (seed: number) => {
      const make = accessTraffic({ seed });
      return Array.from({ length: 20 }, (_, i) => make(at + i));
    };
    expect(lines(5)).toEqual(lines(5));
    expect(lines(5)).not.toEqual(lines(6));
  });
});
