import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openForWriting } from '../../src/journal/layout.ts';
import { rounds } from '../support/rounds.ts';
import { batch, opened, temporaryFolder } from './support.ts';

describe('the number of events of a journal', () => {
  it('is 0 in a new journal', async () => {
    const journal = await opened(temporaryFolder());
    expect(journal.fill.events).toBe(0);
  });

  it('counts the events of batches, and neither ticks nor states', async () => {
    const journal = await opened(temporaryFolder());
    await journal.append(batch('a', { count: 3 }));
    await journal.tick(1);
    await journal.saveStates([{ key: 'web/1', value: 1 }]);
    await journal.append(batch('b', { count: 4 }));
    expect(journal.fill.events).toBe(7);
  });

  it('is the same after a restart, and without the records that were trimmed', async () => {
    const folder = temporaryFolder();
    const journal = await opened(folder, { keepAge: 0, keepSize: 0 });
    for (let number = 0; number < 5; number += 1) await journal.append(batch('a', { count: 10 }));
    journal.commit('indexer', journal.fill.newest);
    await journal.append(batch('b', { count: 1 }));
    await journal.close();
    const again = await opened(folder);
    expect(again.fill.oldest).toBeGreaterThan(1);
    expect(again.fill.events).toBe(51);
  });

  it('begins with the first batch of this version in a journal of an earlier one, and changes nothing else', async () => {
    const folder = temporaryFolder();
    const journal = await opened(folder);
    await journal.append(batch('a', { count: 10 }));
    const { newest } = journal.fill;
    await journal.close();
    const layout = openForWriting(folder, 2 ** 28);
    const { events: _, ...earlier } = layout.meta.get('tail') as { events: number };
    layout.meta.putSync('tail', earlier);
    await layout.root.close();
    const again = await opened(folder);
    expect(again.fill).toMatchObject({ events: 0, newest });
    await again.append(batch('b', { count: 2 }));
    expect(again.fill).toMatchObject({ events: 2, newest: newest + 1 });
  });

  it('is the sum over all appends, whatever was appended at once and however often the journal was opened', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.oneof(fc.constant('tick' as const), fc.nat(50)), { maxLength: 8 }), {
          maxLength: 4,
        }),
        async (lives) => {
          const folder = temporaryFolder();
          let sum = 0;
          for (const life of lives) {
            const journal = await opened(folder);
            expect(journal.fill.events).toBe(sum);
            await Promise.all(
              life.map((one) =>
                one === 'tick' ? journal.tick(1) : journal.append(batch('x', { count: one })),
              ),
            );
            sum += life.reduce<number>((all, one) => all + (one === 'tick' ? 0 : one), 0);
            expect(journal.fill.events).toBe(sum);
            await journal.close();
          }
        },
      ),
      { numRuns: rounds('PROPERTY_RUNS', 15) },
    ));
});
