import { describe, expect, it } from 'vitest';
import { NotifierError } from '../../src/notifiers/notifier.ts';
import { aNotifier, eventually, type Send, setUp } from './support.ts';

describe('delivery', () => {
  it('sends the messages of a notifier one after the other, in order', async () => {
    const sent: string[] = [];
    let under = 0;
    const { put, outbox } = setUp([
      aNotifier('ops', async ({ id }) => {
        under += 1;
        expect(under).toBe(1);
        await new Promise((resolve) => setTimeout(resolve, 2));
        under -= 1;
        sent.push(id);
      }),
    ]);
    for (const number of [1, 2, 3, 4]) await put('ops', number);
    await eventually(() => outbox.pending === 0);
    expect(sent).toEqual(['n1-ops', 'n2-ops', 'n3-ops', 'n4-ops']);
  });

  it('tries again until the message is taken', async () => {
    let attempts = 0;
    const { put, outbox } = setUp([
      aNotifier('ops', async () => {
        attempts += 1;
        if (attempts < 4) throw new NotifierError('NOTIFIER_UNAVAILABLE', 'it answered 503');
      }),
    ]);
    await put('ops', 1);
    await eventually(() => outbox.pending === 0);
    expect(attempts).toBe(4);
  });

  it('lengthens its pauses, and takes the longer one that the other side asks for', async () => {
    const pauses: number[] = [];
    const clock = { now: 0 };
    let before = 0;
    const { put, outbox } = setUp(
      [
        aNotifier(
          'ops',
          async () => {
            pauses.push(clock.now - before);
            before = clock.now;
            if (pauses.length === 3)
              throw new NotifierError('NOTIFIER_UNAVAILABLE', 'slow down', { retryAfter: 90_000 });
            if (pauses.length < 6) throw new NotifierError('NOTIFIER_UNAVAILABLE', 'it answered 503');
          },
          Number.POSITIVE_INFINITY,
        ),
      ],
      clock,
    );
    await put('ops', 1);
    await eventually(() => outbox.pending === 0);
    expect(pauses).toEqual([0, 750, 1_500, 90_000, 6_000, 12_000]);
  });

  it('does not believe any number of seconds: a century would be longer than a timer can be set to', async () => {
    const clock = { now: 0 };
    const attempts: number[] = [];
    const { put, outbox } = setUp(
      [
        aNotifier(
          'ops',
          async () => {
            attempts.push(clock.now);
            if (attempts.length === 1)
              throw new NotifierError('NOTIFIER_UNAVAILABLE', 'later', { retryAfter: 3e12 });
          },
          Number.POSITIVE_INFINITY,
        ),
      ],
      clock,
    );
    await put('ops', 1);
    await eventually(() => outbox.pending === 0);
    expect(attempts).toEqual([0, 3_600_000]);
  });

  it('lets a dead notifier hold up nothing but itself', async () => {
    const sent: string[] = [];
    const dead: Send = (_, { signal }) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', reject));
    const { put, outbox } = setUp([
      aNotifier('dead', dead),
      aNotifier('ops', async ({ id }) => {
        sent.push(id);
        return undefined;
      }),
    ]);
    for (const number of [1, 2]) for (const name of ['dead', 'ops']) await put(name, number);
    await eventually(() => sent.length === 2);
    expect(outbox.first('dead')?.notification.id).toBe('n1-dead');
  });

  it('drops what was refused for good, and goes on with the next', async () => {
    const sent: string[] = [];
    const { put, outbox } = setUp([
      aNotifier('ops', async ({ id }) => {
        if (id === 'n1-ops') throw new NotifierError('NOTIFIER_REFUSED', 'it answered 400');
        sent.push(id);
      }),
    ]);
    await put('ops', 1);
    await put('ops', 2);
    await eventually(() => outbox.pending === 0);
    expect(sent).toEqual(['n2-ops']);
  });

  it('keeps what only the operator can mend, and delivers it in order once that is done', async () => {
    const sent: string[] = [];
    let attempts = 0;
    const { put, outbox, instruments } = setUp([
      aNotifier(
        'ops',
        async ({ id }) => {
          attempts += 1;
          if (attempts < 6) throw new NotifierError('NOTIFIER_MISCONFIGURED', 'Slack says not_in_channel');
          sent.push(id);
        },
        24 * 3_600_000,
      ),
    ]);
    await put('ops', 1);
    await put('ops', 2);
    await eventually(() => outbox.pending === 0);
    expect(sent).toEqual(['n1-ops', 'n2-ops']);
    const metric = await instruments.metrics.getSingleMetricAsString('logboom_notifications_total');
    expect(metric).toContain('outcome="misconfigured"} 5');
  });

  it('drops what has grown too old', async () => {
    let attempts = 0;
    const fails: Send = async () => {
      attempts += 1;
      throw new NotifierError('NOTIFIER_UNAVAILABLE', 'down');
    };
    const { put, outbox, instruments } = setUp([aNotifier('ops', fails, 10_000)]);
    await put('ops', 1);
    await eventually(() => outbox.pending === 0);
    expect(attempts).toBeGreaterThan(2);
    const metric = await instruments.metrics.getSingleMetricAsString('logboom_notifications_total');
    expect(metric).toContain('outcome="expired"} 1');
  });

  it('neither dies nor sends again when the disk does not take the note of a delivery', async () => {
    const sent: string[] = [];
    const { put, outbox, refuseWrites, instruments } = setUp([
      aNotifier('ops', async ({ id }) => {
        sent.push(id);
        return undefined;
      }),
    ]);
    refuseWrites.left = 1;
    await put('ops', 1);
    await put('ops', 2);
    await eventually(() => outbox.pending === 0);
    expect(sent).toEqual(['n1-ops', 'n2-ops']);
    const metric = await instruments.metrics.getSingleMetricAsString('logboom_notifications_total');
    expect(metric).toContain('outcome="unwritten"} 1');
  });

  it('stops while the disk takes no note', async () => {
    const { put, outbox, refuseWrites, loops } = setUp([aNotifier('ops', async () => undefined)]);
    refuseWrites.left = 1_000;
    await put('ops', 1);
    await eventually(() => refuseWrites.left < 1_000);
    await loops[0]!.stop();
    expect(outbox.pending).toBe(1);
  });

  it('keeps a message whose attempt a stop broke off', async () => {
    const hangs: Send = (_, { signal }) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', reject));
    const { put, outbox, loops } = setUp([aNotifier('ops', hangs)]);
    await put('ops', 1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await loops[0]!.stop();
    expect(outbox.first('ops')).toMatchObject({ attempts: 0, notification: { id: 'n1-ops' } });
  });

  it('hands later messages about an episode the thread of the first, also after a restart', async () => {
    const threads: (string | undefined)[] = [];
    const answer: Send = async (_, { thread }) => {
      threads.push(thread);
      return { answer: 'ok', thread: thread ?? `t${threads.length}` };
    };
    const { put, outbox, loops } = setUp([aNotifier('ops', answer)]);
    await put('ops', 1);
    await eventually(() => outbox.pending === 0);
    await loops[0]!.stop();
    const again = setUp([aNotifier('ops', answer)], { now: 0 }, outbox);
    await again.put('ops', 2);
    await eventually(() => outbox.pending === 0);
    await again.put('ops', 3, { from: 'active', to: 'inactive' });
    await eventually(() => outbox.pending === 0);
    await again.put('ops', 4);
    await eventually(() => outbox.pending === 0);
    expect(threads).toEqual([undefined, 't1', 't1', undefined]);
  });

  it('leaves out recipients that a failed attempt reached', async () => {
    const reached: (readonly string[])[] = [];
    const { put, outbox } = setUp([
      aNotifier('ops', async (_, attempt) => {
        reached.push(attempt.reached);
        if (reached.length === 3) return undefined;
        throw new NotifierError('NOTIFIER_UNAVAILABLE', 'greylisted', { reached: [`r${reached.length}`] });
      }),
    ]);
    await put('ops', 1);
    await eventually(() => outbox.pending === 0);
    expect(reached).toEqual([[], ['r1'], ['r1', 'r2']]);
  });

  it('counts and logs whom the peer refused, and delivers to the others', async () => {
    const { put, outbox, instruments } = setUp([
      aNotifier('ops', async () => ({ answer: '250 ok', refused: 'x@example.com: 550 no such user' })),
    ]);
    await put('ops', 1);
    await eventually(() => outbox.pending === 0);
    const metric = await instruments.metrics.getSingleMetricAsString('logboom_notifications_total');
    expect(metric).toContain('outcome="partly refused"} 1');
    expect(metric).toContain('outcome="delivered"} 1');
  });
});
