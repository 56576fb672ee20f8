import { describe, expect, it, onTestFinished } from 'vitest';
import { outputItem } from '../../../src/alerts/documents.ts';
import { schema } from '../../../src/config/schema/schema.ts';
import type { BulkItem } from '../../../src/model.ts';
import { Outbox } from '../../../src/notifiers/outbox.ts';
import { keptDocuments } from '../../../src/readers/indexer/publisher.ts';
import { aFolder } from '../../support/folder.ts';
import { aNotification } from '../../support/rules/alerts.ts';

const item = (id: string, index = 'logs-logboom.reports-default'): BulkItem => ({
  ...{ action: 'create', index, id, document: `{"n":"${id}"}` },
});

function anOutbox(folder = aFolder()): Outbox {
  const outbox = new Outbox(folder);
  onTestFinished(() => outbox.close().catch(() => undefined));
  return outbox;
}

describe('documents beside notifications', () => {
  it('are on disk with the messages about them, until they are published', async () => {
    const folder = aFolder();
    const outbox = anOutbox(folder);
    await outbox.transaction(() => {
      outbox.add(aNotification('ops'), 0, 'passed');
      outbox.documents.put(item('daily|1'));
      outbox.documents.put(item('daily|2'));
    });
    await outbox.close();
    const again = anOutbox(folder);
    expect(again.pending).toBe(1);
    const kept = keptDocuments(again.documents);
    const outputs = kept.read(10);
    const { indexing } = schema.parse({});
    expect(outputs.map(({ output }) => outputItem(output, { indexing }))).toEqual([
      item('daily|1'),
      item('daily|2'),
    ]);
    expect(kept.unpublished).toBe(2);
    await kept.published([outputs[0]!.key]);
    expect(kept.unpublished).toBe(1);
    expect(again.documents.waiting(10).map((one) => one.item.id)).toEqual(['daily|2']);
    await kept.published(kept.read(10).map(({ key }) => key));
    expect(kept.read(10)).toEqual([]);
    expect(again.pending).toBe(1);
  });

  it('are the same document where they are put again', async () => {
    const outbox = anOutbox();
    for (const index of ['a', 'a', 'b'])
      await outbox.transaction(() => outbox.documents.put(item('x', index)));
    expect(outbox.documents.waiting(10).map((one) => one.item.index)).toEqual(['a', 'b']);
    expect(outbox.documents.waiting(1)).toHaveLength(1);
  });
});
