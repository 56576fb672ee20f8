import { describe, expect, it } from 'vitest';
import { fromZone, isZone, offsetsOf } from '../../src/util/zone.ts';

const hours = (moment: string, zone: string) => offsetsOf(zone)(Date.parse(moment)) / 3_600_000;
const shown = (local: string, zone: string) =>
  new Date(fromZone(Date.parse(`${local}Z`), zone)).toISOString();

describe('the offset of a time zone', () => {
  it.each([
    ['2026-01-15T00:00:00Z', 'UTC', 0],
    ['2026-01-15T00:00:00Z', 'Europe/Berlin', 1],
    ['2026-07-15T00:00:00Z', 'Europe/Berlin', 2],
    ['2026-01-15T00:00:00Z', 'America/New_York', -5],
    ['2026-01-15T00:00:00Z', 'Asia/Kathmandu', 5.75],
    ['2026-03-29T00:59:59Z', 'Europe/Berlin', 1],
    ['2026-03-29T01:00:00Z', 'Europe/Berlin', 2],
  ])('at %s in %s is %d hours', (moment, zone, expected) => {
    expect(hours(moment, zone)).toBe(expected);
  });

  it('is 0 for what is no moment', () => {
    expect(offsetsOf('Europe/Berlin')(Number.NaN)).toBe(0);
  });
});

describe('the moment at which clocks in a time zone show something', () => {
  it.each([
    ['2026-01-15T12:00:00', 'UTC', '2026-01-15T12:00:00.000Z'],
    ['2026-01-15T12:00:00', 'Europe/Berlin', '2026-01-15T11:00:00.000Z'],
    ['2026-07-15T12:00:00', 'Europe/Berlin', '2026-07-15T10:00:00.000Z'],
    ['2026-03-29T01:59:00', 'Europe/Berlin', '2026-03-29T00:59:00.000Z'],
    ['2026-03-29T03:00:00', 'Europe/Berlin', '2026-03-29T01:00:00.000Z'],
    ['2026-10-25T03:00:00', 'Europe/Berlin', '2026-10-25T02:00:00.000Z'],
  ])('%s in %s is %s', (local, zone, expected) => {
    expect(shown(local, zone)).toBe(expected);
  });
});

describe('a time zone', () => {
  it.each(['UTC', 'Europe/Berlin', 'America/Argentina/Ushuaia'])('named %s is known', (zone) => {
    expect(isZone(zone)).toBe(true);
  });

  it.each(['', 'Europe/Atlantis', 'CEST+2'])('named "%s" is not known', (zone) => {
    expect(isZone(zone)).toBe(false);
  });
});
