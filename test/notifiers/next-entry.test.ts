import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { longestPostponed, nextOf, PeerPause } from '../../src/notifiers/next-entry.ts';
import type { OutboxEntry } from '../../src/notifiers/outbox-entry.ts';
import { aNotification } from '../support/rules/alerts.ts';

const entry = (number: number, episode: string, notBefore = 0): OutboxEntry => ({
  ...{ number, notification: aNotification('ops', number, { episode }) },
  ...{ since: 0, attempts: notBefore > 0 ? 1 : 0, notBefore, lastError: undefined },
});
const next = (entries: OutboxEntry[], now: number, busy: string[] = []) => {
  const found = nextOf(
    entries.map((value) => ({ value })),
    now,
    new Set(busy),
  );
  return found.entry ? found.entry.number : found.at;
};
const never = Number.POSITIVE_INFINITY;

describe('the next entry', () => {
  it.each<[string, OutboxEntry[], number, string[], number]>([
    ['of none', [], 0, [], never],
    ['is the oldest', [entry(1, 'a'), entry(2, 'b')], 0, [], 1],
    ['passes over one that failed', [entry(1, 'a', 100), entry(2, 'b')], 0, [], 2],
    ['is that again when it is due', [entry(1, 'a', 100), entry(2, 'b')], 100, [], 1],
    ['is none of an episode that waits', [entry(1, 'a', 100), entry(2, 'a')], 0, [], 100],
    ['is none of an episode that is busy', [entry(1, 'a'), entry(2, 'a')], 0, ['a'], never],
    ['is one of another than the busy episode', [entry(1, 'a'), entry(2, 'b')], 0, ['a'], 2],
    ['is due at the earliest time', [entry(1, 'a', 300), entry(2, 'b', 200)], 0, [], 200],
    ['does not believe a clock that was ahead', [entry(1, 'a', 2 * longestPostponed)], 0, [], 1],
  ])('%s', (_, entries, now, busy, expected) => expect(next(entries, now, busy)).toBe(expected));

  it('never is one with an earlier one of its episode, and there is one where one is due', () => {
    const entries = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 0, max: 5 })));
    fc.assert(
      fc.property(entries, fc.integer({ min: 0, max: 5 }), (made, now) => {
        const all = made.map(([episode, notBefore], at) => entry(at + 1, episode, notBefore));
        const heads = all.filter(
          (one, at) =>
            !all
              .slice(0, at)
              .some(
                (before) => before.notification.transition.episode === one.notification.transition.episode,
              ),
        );
        const due = heads.find(({ notBefore }) => notBefore <= now);
        expect(next(all, now)).toBe(due?.number ?? Math.min(never, ...heads.map((one) => one.notBefore)));
      }),
    );
  });
});

describe('the pause of a peer', () => {
  it.each([
    ['after one failure', [0], 0],
    ['after two', [0, 0], 500],
    ['after three', [0, 0, 0], 1_000],
    ['after many', Array<number>(20).fill(0), 2_500],
    ['is what it asks for', [7_000], 7_000],
    ['is what it asks for last', [7_000, 0], 500],
  ])('%s', (_, asked, expected) => {
    const peer = new PeerPause();
    for (const pause of asked) peer.failed(0, pause, () => 0);
    expect(peer.until).toBe(expected);
    peer.succeeded();
    expect(peer.until).toBe(0);
    peer.failed(0, 0, () => 0);
    expect(peer.until).toBe(0);
  });
});
