import { describe, expect, it } from 'vitest';
import type { Batch } from '../../src/model.ts';
import type { EventDocuments } from '../../src/readers/indexer/event-documents.ts';
import { documentsOf, itemsOf } from '../support/documents.ts';
import { aBatch, at, type Document, t } from '../support/journal/records.ts';

const of = (documents: EventDocuments, given: Document[], changes: Partial<Batch> = {}, position = 5) =>
  itemsOf(documents, { ...aBatch(given, changes), position });
const parsed = (document: Buffer | string) => JSON.parse(String(document)) as Record<string, unknown>;

const received = t.toString(36);

describe('the documents of a batch', () => {
  it('have ids made of the journal, the position, the time of receipt and the place, the same at each replay', () => {
    const ids = of(documentsOf(), [at(t), at(t), at(t)]).map(({ id }) => id);
    expect(ids).toEqual([`j1-5-${received}-0`, `j1-5-${received}-1`, `j1-5-${received}-2`]);
    expect(of(documentsOf(), [at(t), at(t), at(t)]).map(({ id }) => id)).toEqual(ids);
    expect(of(documentsOf(), [at(t)], {}, 6)[0]!.id).toBe(`j1-6-${received}-0`);
  });

  it('have other ids where the journal was put back from a backup, and gives the position anew', () => {
    const [before] = of(documentsOf(), [at(t)]);
    const [after] = of(documentsOf(), [at(t)], { receivedAt: t + 1 });
    expect(after!.id).not.toBe(before!.id);
  });

  it('are created, never overwritten, in the data stream of their dataset', () => {
    const [item] = of(documentsOf(), [at(t, { event: { dataset: 'nginx.access' } })]);
    expect(item).toMatchObject({ action: 'create', index: 'logs-nginx.access-default' });
    expect(parsed(item!.document)).toMatchObject({ data_stream: { dataset: 'nginx.access' } });
  });

  it.each([
    ['_id', { '@metadata': { _id: 'mine' } }, 'mine'],
    ['id', { '@metadata': { id: 'mine' } }, 'mine'],
    ['an empty id', { '@metadata': { _id: '' } }, `j1-5-${received}-0`],
    ['an id too long for Elasticsearch', { '@metadata': { _id: 'ü'.repeat(257) } }, `j1-5-${received}-0`],
    ['an id that is no text', { '@metadata': { _id: 7 } }, `j1-5-${received}-0`],
  ])('obey a sender that chose the id: %s', (_, more, id) => {
    expect(of(documentsOf(), [at(t, more)])[0]!.id).toBe(id);
  });

  it('are as of the receipt where their timestamp is farther ahead than is believed: tagged, with the original kept', () => {
    const [near, far] = of(documentsOf(), [at(t + 300_000), at(t + 300_001)], { receivedAt: t });
    expect(parsed(near!.document)).toMatchObject({ '@timestamp': new Date(t + 300_000).toISOString() });
    expect(parsed(near!.document).tags).toBeUndefined();
    expect(parsed(far!.document)).toMatchObject({
      '@timestamp': new Date(t).toISOString(),
      event: { created: new Date(t + 300_001).toISOString() },
      tags: ['_timestamp_ahead'],
    });
  });

  it('bear the time of receipt, and say so, where the event has none', () => {
    const [item] = of(documentsOf(), ['{"message":"hello"}']);
    expect(parsed(item!.document)).toMatchObject({
      '@timestamp': new Date(t).toISOString(),
      tags: ['_timestampfailure'],
    });
  });

  it('are dead letters for what is no JSON object, and the others of the batch are as ever', () => {
    const documents = documentsOf();
    const items = of(documents, [at(t), '[1, 2]', at(t)]);
    expect(items.map(({ index }) => index)).toEqual([
      'logs-generic-default',
      'logs-logboom.deadletters-default',
      'logs-generic-default',
    ]);
    const letters = documents.takeDeadLetters();
    expect(letters).toMatchObject([{ id: `j1-5-${received}-1`, index: '-' }]);
    expect(String(letters[0]!.body)).toBe('[1, 2]');
    expect(parsed(items[1]!.document)).toMatchObject({ error: { message: letters[0]!.reason } });
    expect(documents.takeDeadLetters()).toEqual([]);
  });

  it('are one dead letter for a payload that cannot be read', () => {
    const documents = documentsOf();
    const payload = Buffer.from('2Cxxxxgarbage');
    const items = of(documents, [], { encoding: 'lumberjack', payload, count: 9 });
    expect(items).toHaveLength(1);
    expect(items[0]!.index).toBe('logs-logboom.deadletters-default');
    expect(documents.takeDeadLetters()).toMatchObject([
      {
        id: `j1-5-${received}`,
        body: payload,
        reason: expect.stringMatching(/^the batch of 9 events cannot be read: /),
      },
    ]);
  });
});
