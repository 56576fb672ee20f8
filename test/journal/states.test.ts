import { describe, expect, it } from 'vitest';
import { awaitedLater } from '../support/lumberjack/shipper.ts';
import { batch, opened, readerOf, temporaryFolder } from './support.ts';

describe('states of inputs in the journal', () => {
  it('are there after a restart, with the batch that they came with', async () => {
    const folder = temporaryFolder();
    const journal = await opened(folder);
    await journal.append(batch('one'), [{ key: 'web/1', value: { offset: 3 } }]);
    await journal.close();
    const again = await opened(folder);
    expect(again.states('web/')).toEqual([{ key: 'web/1', value: { offset: 3 } }]);
    expect(readerOf(folder).read(0, 1e9)).toHaveLength(1);
  });

  it('are saved without a batch, and make no record', async () => {
    const journal = await opened(temporaryFolder());
    await journal.saveStates([{ key: 'web/1', value: 1 }]);
    expect(journal.states('web/')).toEqual([{ key: 'web/1', value: 1 }]);
    expect(journal.fill.newest).toBe(0);
  });

  it('are removed by undefined, and the last of several changes holds', async () => {
    const journal = await opened(temporaryFolder());
    await journal.saveStates([
      { key: 'web/1', value: 1 },
      { key: 'web/1', value: 2 },
      { key: 'web/2', value: 1 },
    ]);
    await journal.append(batch(), [{ key: 'web/2', value: undefined }]);
    expect(journal.states('web/')).toEqual([{ key: 'web/1', value: 2 }]);
  });

  it('are listed by prefix alone: one input does not see those of another', async () => {
    const journal = await opened(temporaryFolder());
    const keys = ['we/1', 'web/1', 'web/2', 'web2/1', 'zeta/1'];
    await journal.saveStates(keys.map((key) => ({ key, value: 0 })));
    expect(journal.states('web/').map(({ key }) => key)).toEqual(['web/1', 'web/2']);
  });

  it('do not wait for room, while a batch with states does and writes neither', async () => {
    const folder = temporaryFolder();
    const journal = await opened(folder, { maxSize: 10 });
    await journal.append(batch('fills it'));
    const waiting = awaitedLater(journal.append(batch('waits'), [{ key: 'web/1', value: 9 }]));
    await journal.saveStates([{ key: 'web/2', value: 1 }]);
    expect(journal.states('web/')).toEqual([{ key: 'web/2', value: 1 }]);
    journal.rejectWaiting();
    await expect(waiting).rejects.toMatchObject({ code: 'JOURNAL_CLOSED' });
    expect(journal.states('web/')).toEqual([{ key: 'web/2', value: 1 }]);
  });

  it('are refused by a closed journal', async () => {
    const journal = await opened(temporaryFolder());
    await journal.close();
    await expect(journal.saveStates([{ key: 'web/1', value: 1 }])).rejects.toMatchObject({
      code: 'JOURNAL_CLOSED',
    });
  });

  it('are written by close where they were handed over before it', async () => {
    const folder = temporaryFolder();
    const journal = await opened(folder);
    const saved = journal.saveStates([{ key: 'web/1', value: 1 }]);
    await journal.close();
    await saved;
    expect((await opened(folder)).states('web/')).toHaveLength(1);
  });
});
