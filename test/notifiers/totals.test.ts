import { describe, expect, it, onTestFinished } from 'vitest';
import { NotifierError } from '../../src/notifiers/notifier.ts';
import { Outbox } from '../../src/notifiers/outbox.ts';
import { aFolder } from '../support/folder.ts';
import { aNotification } from '../support/rules/alerts.ts';
import { aNotifier, eventually, setUp } from './support.ts';

const refusing = new NotifierError('NOTIFIER_REFUSED', 'it answered 400');

describe('the totals of a notifier', () => {
  it('are 0 before anything was sent', () => {
    const outbox = new Outbox(aFolder());
    onTestFinished(() => outbox.close());
    expect(outbox.totals.of('ops')).toEqual({ delivered: 0, refused: 0 });
  });

  it('count what was delivered and what was refused for good, each notifier for itself', async () => {
    const { put, outbox } = setUp([
      aNotifier('ops', async ({ id }) => {
        if (id.startsWith('n2')) throw refusing;
        return undefined;
      }),
      aNotifier('mail', async () => undefined),
    ]);
    for (const number of [1, 2, 3]) await put('ops', number);
    await put('mail', 4);
    await eventually(() => outbox.pending === 0);
    expect(outbox.totals.of('ops')).toEqual({ delivered: 2, refused: 1 });
    expect(outbox.totals.of('mail')).toEqual({ delivered: 1, refused: 0 });
  });

  it('count a notification once, however many attempts it took', async () => {
    let attempts = 0;
    const { put, outbox } = setUp([
      aNotifier('ops', async () => {
        attempts += 1;
        if (attempts < 4) throw new NotifierError('NOTIFIER_UNAVAILABLE', 'it answered 503');
        return undefined;
      }),
    ]);
    await put('ops', 1);
    await eventually(() => outbox.pending === 0);
    expect(outbox.totals.of('ops')).toEqual({ delivered: 1, refused: 0 });
  });

  it('count what was given up as refused', async () => {
    const { put, outbox, clock } = setUp([
      aNotifier(
        'ops',
        async () => {
          throw new NotifierError('NOTIFIER_UNAVAILABLE', 'it answered 503');
        },
        1_000,
      ),
    ]);
    await put('ops', 1);
    await eventually(() => outbox.pending === 0);
    expect(clock.now).toBeGreaterThan(1_000);
    expect(outbox.totals.of('ops')).toEqual({ delivered: 0, refused: 1 });
  });

  it('do not count what the disk did not take, until it takes it', async () => {
    const { put, outbox, refuseWrites } = setUp([aNotifier('ops', async () => undefined)]);
    refuseWrites.left = 2;
    await put('ops', 1);
    await eventually(() => outbox.pending === 0);
    expect(outbox.totals.of('ops')).toEqual({ delivered: 1, refused: 0 });
  });

  it('survive a restart, and leave out what is removed without an outcome', async () => {
    const folder = aFolder();
    const first = new Outbox(folder);
    for (const number of [1, 2, 3]) await first.put(aNotification('ops', number), 0);
    await first.remove(first.first('ops')!, { counted: 'delivered' });
    await first.remove(first.first('ops')!);
    await first.close();
    const again = new Outbox(folder);
    onTestFinished(() => again.close());
    expect(again.totals.of('ops')).toEqual({ delivered: 1, refused: 0 });
    expect(again.pendingFor('ops')).toBe(1);
  });
});
