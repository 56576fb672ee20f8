import { describe, expect, it } from 'vitest';
import { parsers } from '../../src/config/schema/parsers.ts';
import type { Millis } from '../../src/model.ts';
import { EventReader } from '../../src/parsers/event.ts';
import { isLocalTime } from '../../src/parsers/event-time.ts';
import { offsetsOf, repeatOf } from '../../src/util/zone.ts';
import { blockOf, filebeatEvent } from '../support/events.ts';

const minute = 60_000;
const hour = 60 * minute;

/** The hours that clocks show twice in the autumn of 2026 (in the south of 2026, too): when the second pass begins. */
const zones: [zone: string, second: string, shift: Millis][] = [
  ['Europe/Berlin', '2026-10-25T01:00:00Z', hour],
  ['America/New_York', '2026-11-01T06:00:00Z', hour],
  ['America/St_Johns', '2026-11-01T04:30:00Z', hour],
  ['Australia/Lord_Howe', '2026-04-04T15:00:00Z', hour / 2],
  ['Australia/Adelaide', '2026-04-04T16:30:00Z', hour],
];

const local = (time: Millis, zone: string) =>
  new Date(time + offsetsOf(zone)(time)).toISOString().replace('Z', '').replace('T', ' ');

interface Written {
  /** When the line was written. */
  at: Millis;
  /** When it was read; without it, the event has no `@timestamp`. */
  readAt?: Millis;
  file?: string;
}

/** The times that the lines get, as one reader sees them. */
function read(lines: readonly Written[], zone: string, reader = readerOf(zone)): Millis[] {
  const documents = lines.map(({ at, readAt, file = 'app.log' }) => {
    const message = JSON.stringify({ time: local(at, zone), level: 'error' });
    const sent = readAt === undefined ? undefined : new Date(readAt).toISOString();
    return JSON.stringify(filebeatEvent(message, { '@timestamp': sent, log: { file: { path: file } } }));
  });
  const batch = {
    origin: { input: 'i', connection: 'c', address: 'a' },
    receivedAt: Date.parse('2027-01-01'),
  };
  reader.open(blockOf(...documents), batch);
  return lines.map(() => reader.next()!.time);
}

const readerOf = (zone: string) => new EventReader({ parsers: parsers.parse({}), time: { zone } });
const every = (step: Millis, from: Millis, to: Millis) =>
  Array.from({ length: Math.ceil((to - from) / step) }, (_, n) => from + n * step);

describe.each(zones)('the hour that clocks in %s show twice', (zone, begin, shift) => {
  const second = Date.parse(begin);
  const from = second - 2 * hour;
  const to = second + 3 * hour;

  it('is found in both passes, and nowhere else', () => {
    for (const at of every(minute, from, to)) {
      const expected = at < second - shift || at >= second + shift ? 0 : at < second ? shift : -shift;
      expect(repeatOf(at, zone)).toBe(expected);
    }
  });

  it('is told apart by the order of the lines of a file', () => {
    const lines = every(minute, from, to).map((at) => ({ at }));
    expect(read(lines, zone)).toEqual(lines.map(({ at }) => at));
  });

  it('is told apart by the order of lines, though threads write them a little out of order', () => {
    const lines = every(minute, from, to).map((at, n) => ({ at: n % 2 === 0 ? at + 3 * minute : at }));
    const inPasses = lines.filter(({ at }) => Math.abs(at - second) > 4 * minute);
    expect(read(inPasses, zone)).toEqual(inPasses.map(({ at }) => at));
  });

  it.each([0, 7_000, 3 * minute])(
    'is told apart by the reading time of a line that is read %d ms late',
    (delay) => {
      const lines = every(17 * minute, from, to).map((at) => ({ at, readAt: at + delay }));
      for (const line of lines.filter(({ at }) => at < second || delay < minute))
        expect(read([line], zone)).toEqual([line.at]);
    },
  );

  it('is told apart where lines are farther apart than the shift', () => {
    for (const step of [shift + 5 * minute, shift + 20 * minute]) {
      const lines = every(step, from, to).map((at) => ({ at, readAt: at + 2_000 }));
      expect(read(lines, zone)).toEqual(lines.map(({ at }) => at));
    }
  });

  it('is told apart where the sender was away for the time of both passes and reads the rest at once', () => {
    const back = second + shift / 2;
    const away = second - shift + 10 * minute;
    const lines = every(minute, from, to).map((at) => ({
      at,
      readAt: at < away || at > back ? at + 1_000 : back,
    }));
    expect(read(lines, zone)).toEqual(lines.map(({ at }) => at));
  });

  it('is told apart by the order of lines where all are read long after', () => {
    const lines = every(minute, from, to).map((at) => ({ at, readAt: to + 24 * hour }));
    expect(read(lines, zone)).toEqual(lines.map(({ at }) => at));
  });

  it('is told apart for each file by itself', () => {
    const lines = every(minute, from, to).flatMap((at) => [
      { at, file: 'one.log' },
      { at: at - shift, file: 'other.log' },
    ]);
    expect(read(lines, zone)).toEqual(lines.map(({ at }) => at));
  });

  it('goes on from a checkpoint', () => {
    const lines = every(minute, from, to).map((at) => ({ at }));
    for (const cut of [65, 100, 130, 150]) {
      const before = readerOf(zone);
      const times = read(lines.slice(0, cut), zone, before);
      const after = readerOf(zone);
      after.repeatedHours.restore(structuredClone(before.repeatedHours.snapshot()));
      expect([...times, ...read(lines.slice(cut), zone, after)]).toEqual(lines.map(({ at }) => at));
    }
  });
});

describe('a time without a zone', () => {
  it.each([
    ['2026-10-25 02:30:00', true],
    ['2026-10-25T02:30:00,123', true],
    ['2026-10-25', true],
    ['2026-10-25T02:30', true],
    ['2026-10-25T02:30:00Z', false],
    ['2026-10-25T02:30:00+01:00', false],
    ['2026-10-25T02:30:00-0330', false],
    ['2026-10-25T02:30:00+01', false],
    [1_792_000_000, false],
    [undefined, false],
  ])('is %s: %s', (value, isLocal) => {
    expect(isLocalTime(value)).toBe(isLocal);
  });

  it('is not guessed where the line states the zone', () => {
    const reader = readerOf('Europe/Berlin');
    const times = ['2026-10-25T02:30:00+02:00', '2026-10-25T02:30:00+01:00', '2026-10-25T02:31:00+02:00'];
    const documents = times.map((time) => JSON.stringify({ message: JSON.stringify({ time }) }));
    reader.open(blockOf(...documents), {
      origin: { input: 'i', connection: 'c', address: 'a' },
      receivedAt: Date.parse('2026-10-26'),
    });
    expect(times.map(() => reader.next()!.time)).toEqual(times.map((time) => Date.parse(time)));
  });
});
