import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openDeadLetters } from '../../../src/sinks/elasticsearch/dead-letters/dead-letters.ts';
import {
  noIndex,
  readDeadLetters,
  type StoredDeadLetter,
} from '../../../src/sinks/elasticsearch/dead-letters/records.ts';
import { retryDeadLetters } from '../../../src/sinks/elasticsearch/dead-letters/retry.ts';
import { aFolder } from '../../support/folder.ts';
import { startFakeElasticsearch } from '../support/fake-elasticsearch.ts';
import { items, testSink } from '../support/sink.ts';

/** A sink over a real file of dead letters, and a server that refuses what the test names. */
async function setUp() {
  const server = await startFakeElasticsearch();
  const refused = new Set<string>();
  server.onBulk = ({ actions }) => ({
    items: actions.map(({ id }) =>
      refused.has(id) ? { status: 400, type: 'document_parsing_exception', reason: 'bad' } : { status: 201 },
    ),
  });
  const file = join(aFolder(), 'dead-letters.ndjson');
  const letters = await openDeadLetters(file);
  const { sink } = testSink({ hosts: [server.url], deadLetters: letters });
  onTestFinished(async () => {
    await sink.close();
    await server.close();
  });
  async function left(): Promise<StoredDeadLetter[]> {
    const found: StoredDeadLetter[] = [];
    for await (const letter of readDeadLetters(file)) found.push(letter);
    return found;
  }
  return { server, refused, letters, sink, left };
}
const all = () => true;

describe('letters that are sent again', () => {
  it('arrive under the ids that they had, and leave the file', async () => {
    const { server, refused, letters, sink, left } = await setUp();
    for (const id of ['id-1', 'id-3']) refused.add(id);
    await sink.deliver(items(5));
    refused.clear();
    expect(await retryDeadLetters(letters, sink, all)).toEqual({
      indexed: 2,
      duplicates: 0,
      deadLettered: 0,
    });
    expect(await left()).toEqual([]);
    const events = [...server.documents.keys()].filter((key) => key.startsWith('logs-test-default/')).sort();
    expect(events).toEqual([0, 1, 2, 3, 4].map((n) => `logs-test-default/id-${n}`));
    expect(server.documents.get('logs-test-default/id-3')).toBe(items(5)[3]!.document);
  });

  it('count as duplicates where they were delivered by a try that died before it removed them', async () => {
    const { server, refused, letters, sink } = await setUp();
    refused.add('id-0');
    await sink.deliver(items(1));
    refused.clear();
    server.documents.set('logs-test-default/id-0', 'there already');
    expect(await retryDeadLetters(letters, sink, all)).toMatchObject({ duplicates: 1 });
    expect(letters.count).toBe(0);
  });

  it('are letters again, once, where they are refused again, with the new reason', async () => {
    const { server, refused, letters, sink, left } = await setUp();
    for (const id of ['id-0', 'id-1']) refused.add(id);
    await sink.deliver(items(2));
    const first = await left();
    server.onBulk = ({ actions }) => ({
      items: actions.map(({ id }) =>
        id === 'id-1' ? { status: 400, type: 'other', reason: 'still bad' } : { status: 201 },
      ),
    });
    expect(await retryDeadLetters(letters, sink, all)).toEqual({
      indexed: 1,
      duplicates: 0,
      deadLettered: 1,
    });
    expect(await left()).toMatchObject([{ id: 'id-1', reason: 'other: still bad' }]);
    expect(first.map(({ reason }) => reason)).toEqual([
      'document_parsing_exception: bad',
      'document_parsing_exception: bad',
    ]);
  });

  it('of an episode keep their revision, so that they replace no newer one', async () => {
    const { server, refused, letters, sink } = await setUp();
    refused.add('episode');
    const document = '{"alert":{"status":"active"}}';
    await sink.deliver([{ action: 'index', index: 'alerts', id: 'episode', document, version: 3 }]);
    refused.clear();
    expect(await retryDeadLetters(letters, sink, all)).toMatchObject({ indexed: 1 });
    expect(server.bulks().at(-1)!.body).toContain('"version":3,"version_type":"external"');
  });

  it('of a corrected window keep the field of their revision, so that their place is looked up again', async () => {
    const { server, refused, letters, sink, left } = await setUp();
    refused.add('w');
    const window = { action: 'index', index: 'metrics-logboom.windows-x', id: 'w', version: 2 } as const;
    await sink.deliver([
      { ...window, revisionField: 'window.revision', document: '{"window":{"revision":2}}' },
    ]);
    expect(await left()).toMatchObject([{ ...window, revisionField: 'window.revision' }]);
    refused.clear();
    expect(await retryDeadLetters(letters, sink, all)).toMatchObject({ indexed: 1 });
    expect(server.bulks().at(-1)!.body).toContain(
      '{"create":{"_index":"metrics-logboom.windows-x","_id":"w"}}',
    );
  });

  it('take the way that they would have taken: by their pipeline and their routing value', async () => {
    const { server, refused, letters, sink } = await setUp();
    refused.add('id-0');
    await sink.deliver(items(1).map((item) => ({ ...item, pipeline: 'nginx', routing: 'web-1' })));
    refused.clear();
    expect(await retryDeadLetters(letters, sink, all)).toMatchObject({ indexed: 1 });
    const [line] = server.bulks().at(-1)!.body.split('\n');
    expect(JSON.parse(line!)).toEqual({
      create: { _index: 'logs-test-default', _id: 'id-0', routing: 'web-1', pipeline: 'nginx' },
    });
  });

  it('may be for an index of any name', async () => {
    const { refused, letters, sink, left } = await setUp();
    refused.add('id-0');
    await sink.deliver(items(1, 'id-', 'logs'));
    refused.clear();
    expect(await retryDeadLetters(letters, sink, all)).toMatchObject({ indexed: 1 });
    expect(await left()).toEqual([]);
  });

  it('never were a document, and stay, where they name no index', async () => {
    const { letters, sink, left } = await setUp();
    await letters.add([
      { reason: 'the batch cannot be read', index: noIndex, id: 'j-1', body: Buffer.from([0xff]) },
    ]);
    expect(await retryDeadLetters(letters, sink, all)).toEqual({
      indexed: 0,
      duplicates: 0,
      deadLettered: 0,
    });
    expect(await left()).toHaveLength(1);
  });

  it('are those that were chosen', async () => {
    const { refused, letters, sink, left } = await setUp();
    for (const id of ['id-0', 'id-1', 'id-2']) refused.add(id);
    await sink.deliver(items(3));
    refused.clear();
    await retryDeadLetters(letters, sink, ({ id }) => id === 'id-1');
    expect((await left()).map(({ id }) => id)).toEqual(['id-0', 'id-2']);
  });
});
