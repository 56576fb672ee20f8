import { describe, expect, it } from 'vitest';
import { schema } from '../../src/config/schema/schema.ts';
import type { Journal } from '../../src/journal/journal.ts';
import {
  type ForwarderReport,
  forwarderVitals,
  forwarderWaits,
  forwardStatus,
} from '../../src/readers/forwarder/forwarding.ts';
import type { Reader } from '../../src/readers/reader.ts';

const now = 1_000_000;
type Shown = Pick<Reader, 'alive' | 'position' | 'stuckSince'>;
const reader = (changes: Partial<Shown> = {}) =>
  ({ alive: true, position: 10, stuckSince: undefined, ...changes }) as Reader;
const journal = (oldest: number, newest: number) => ({ fill: { oldest, newest } }) as Journal;
const report = (changes: Partial<ForwarderReport> = {}): ForwarderReport => ({
  hosts: [{ host: 'logs:5044', connected: true }],
  windowsUnderWay: 0,
  skipped: 0,
  read: 10,
  ...changes,
});
const config = (onFull: 'skip' | 'hold') => schema.parse({ forward: { hosts: ['logs'], onFull } }).forward!;

describe('the forwarder', () => {
  it.each<[string, Reader, ForwarderReport | undefined, string | undefined]>([
    ['nothing while it moves', reader({ stuckSince: now - 1_000 }), report(), undefined],
    ['nothing while there is nothing to send', reader(), report(), undefined],
    [
      'Logstash, with the reason, where no host takes anything',
      reader(),
      report({ reason: 'refused' }),
      'Logstash: refused',
    ],
    [
      'Logstash that lives and acknowledges nothing',
      reader({ stuckSince: now - 30_000 }),
      report(),
      'Logstash, which acknowledges nothing',
    ],
    [
      'its thread where that ended',
      reader({ alive: false }),
      undefined,
      'its thread, which ended and is started again',
    ],
  ])('waits for %s', (_, forwarder, said, waitsFor) => {
    expect(forwarderWaits(forwarder, said, now)).toEqual(waitsFor === undefined ? {} : { waitsFor });
  });

  it('misses what was trimmed before it was read, and what it skipped before', () => {
    const said = report({ skipped: 5, read: 10 });
    expect(forwardStatus(reader(), journal(21, 40), said)).toMatchObject({ missed: 15, windowsUnderWay: 0 });
    expect(forwardStatus(reader(), journal(5, 40), said)).toMatchObject({ missed: 5 });
  });

  it('is where its cursor is, though its thread does not answer', () => {
    expect(forwardStatus(reader(), journal(21, 40), undefined)).toEqual({
      hosts: [],
      windowsUnderWay: 0,
      missed: 10,
    });
  });

  it('says in the health page what it misses, and whether it holds senders', () => {
    const trimmed = journal(21, 40);
    expect(
      forwarderVitals(reader(), trimmed, config('skip'), report({ reason: 'refused' }), now),
    ).toMatchObject({
      waitsFor: 'Logstash: refused; it misses 10 records',
      holds: false,
    });
    expect(forwarderVitals(reader(), journal(1, 40), config('hold'), report(), now)).toEqual({ holds: true });
  });
});
