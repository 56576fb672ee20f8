import { describe, expect, it } from 'vitest';
import { NotifierError } from '../../src/notifiers/notifier.ts';
import { aNotification } from '../support/rules/alerts.ts';
import { aNotifier, eventually, setUp } from './support.ts';

describe('while one message fails', () => {
  const about = (episode: string) => ({ episode, rule: episode });
  const failing = () => new NotifierError('NOTIFIER_UNAVAILABLE', 'it answered 503');

  it('sends those of other episodes at once, and later ones of its episode after it', async () => {
    const sent: string[] = [];
    const clock = { now: 0, stands: true };
    let left = 3;
    const { put, outbox, loops } = setUp(
      [
        aNotifier('ops', async ({ id }) => {
          if (id === 'n1-ops' && left-- > 0) throw failing();
          sent.push(id);
        }),
      ],
      clock,
    );
    await put('ops', 1, about('a'));
    await put('ops', 2, about('b'));
    await put('ops', 3, about('a'));
    await put('ops', 4, about('c'));
    await eventually(() => sent.length === 2);
    expect(sent).toEqual(['n2-ops', 'n4-ops']);
    Object.assign(clock, { now: 1_000, stands: false });
    loops[0]!.wake();
    await eventually(() => outbox.pending === 0);
    expect(sent).toEqual(['n2-ops', 'n4-ops', 'n1-ops', 'n3-ops']);
  });

  it('does not wait for further attempts at it that take their time', async () => {
    const sent: string[] = [];
    let attempts = 0;
    let answer: () => void = () => undefined;
    const { put, outbox } = setUp([
      aNotifier('ops', async ({ id }) => {
        if (id !== 'n1-ops') return void sent.push(id);
        attempts += 1;
        if (attempts === 1) throw failing();
        await new Promise<void>((resolve) => {
          answer = resolve;
        });
        sent.push(id);
      }),
    ]);
    await put('ops', 1, about('a'));
    await eventually(() => attempts === 2);
    for (const number of [2, 3]) await put('ops', number, about(`other-${number}`));
    await put('ops', 4, about('a'));
    await eventually(() => sent.length === 2);
    expect([sent, outbox.pending]).toEqual([['n2-ops', 'n3-ops'], 2]);
    answer();
    await eventually(() => outbox.pending === 0);
    expect(sent).toEqual(['n2-ops', 'n3-ops', 'n1-ops', 'n4-ops']);
  });

  it('leaves the peer alone for as long as it asks, whatever the message', async () => {
    const clock = { now: 0 };
    const attempts: [string, number][] = [];
    const { put, outbox } = setUp(
      [
        aNotifier('ops', async ({ id }) => {
          attempts.push([id, clock.now]);
          if (attempts.length === 1)
            throw new NotifierError('NOTIFIER_UNAVAILABLE', 'slow down', { retryAfter: 20_000 });
        }),
      ],
      clock,
    );
    await put('ops', 1, about('a'));
    await put('ops', 2, about('b'));
    await eventually(() => outbox.pending === 0);
    expect(attempts.map(([, at]) => at)).toEqual([0, 20_000, 20_000]);
  });

  it('sends no digest of later messages of its episode before it', async () => {
    const sent: string[] = [];
    const clock = { now: 0, stands: true };
    let isUp = false;
    const { put, outbox, loops } = setUp(
      [
        {
          ...aNotifier('ops', async ({ id, group }) => {
            if (id === 'n1-ops' && !isUp) throw failing();
            sent.push(group?.digest ? `digest of ${group.active + group.ended}` : id);
            if (sent.length === 2) isUp = true;
          }),
          rateLimit: { messages: 2, per: 1_000_000 },
        },
      ],
      clock,
    );
    await put('ops', 1, about('a'));
    await put('ops', 2, about('b'));
    await eventually(() => sent.length === 1);
    const more = (['a', 'c', 'd'] as const).map((one, at) => aNotification('ops', at + 3, about(one)));
    await outbox.putAll(more, [], clock.now);
    loops[0]!.wake();
    await eventually(() => sent.length === 2 && outbox.pending === 2);
    expect(sent).toEqual(['n2-ops', 'digest of 2']);
    expect(outbox.oldest('ops', 9).map(({ notification }) => notification.id)).toEqual(['n1-ops', 'n3-ops']);
  });

  it('stops although an attempt aside is under way', async () => {
    let attempts = 0;
    const { put, loops, outbox } = setUp([
      aNotifier('ops', (_, { signal }) => {
        attempts += 1;
        if (attempts === 1) throw failing();
        return new Promise((_resolve, reject) => signal.addEventListener('abort', reject));
      }),
    ]);
    await put('ops', 1, about('a'));
    await eventually(() => attempts === 2);
    await loops[0]!.stop();
    expect(outbox.first('ops')).toMatchObject({ attempts: 1 });
  });
});
