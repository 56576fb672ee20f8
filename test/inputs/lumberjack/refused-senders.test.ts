import { expect, it } from 'vitest';
import { RefusedSenders } from '../../../src/inputs/lumberjack/refused-senders.ts';

const minute = 60_000;

function aList() {
  let now = 1_700_000_000_000;
  const senders = new RefusedSenders(() => now);
  const counts = () => senders.list().map(({ address, count, reason }) => [address, count, reason]);
  const wait = (millis: number) => {
    now += millis;
  };
  return { senders, counts, wait };
}

it('counts refusals that follow one another, with the last reason', () => {
  const { senders, counts, wait } = aList();
  senders.add('10.0.0.1', 'a');
  senders.add('10.0.0.2', 'b');
  wait(4 * minute);
  senders.add('10.0.0.2', 'c');
  expect(counts()).toEqual([
    ['10.0.0.2', 2, 'c'],
    ['10.0.0.1', 1, 'a'],
  ]);
});

it('leaves out a sender that was not refused for five minutes, and begins anew with it', () => {
  const { senders, counts, wait } = aList();
  for (let i = 0; i < 5; i += 1) senders.add('10.0.0.1', 'a');
  wait(5 * minute + 1);
  expect(counts()).toEqual([]);
  senders.add('10.0.0.1', 'b');
  expect(counts()).toEqual([['10.0.0.1', 1, 'b']]);
});

it('forgets the sender that was refused longest ago, and counts that', () => {
  const { senders } = aList();
  for (let i = 0; i < 1_000; i += 1) senders.add(`10.0.${i >> 8}.${i & 255}`, 'a');
  senders.add('10.0.0.0', 'again');
  senders.add('192.0.2.1', 'new');
  expect(senders.list()).toHaveLength(1_000);
  expect(senders.list()[0]).toMatchObject({ address: '10.0.0.0', count: 2 });
  expect(senders.list().some(({ address }) => address === '10.0.0.1')).toBe(false);
  expect(senders.forgotten).toBe(1);
});
