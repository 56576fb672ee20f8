import { describe, expect, it } from 'vitest';
import { servedSinks } from '../support/served.ts';
import { items } from '../support/sink.ts';

const served = servedSinks();
const { sinkFor } = served;

describe('a delivery', () => {
  it('puts every document into the index, byte for byte', async () => {
    const { sink } = sinkFor();
    const document = Buffer.from('{"message":"Grüße \\u2028 ✓","n":1.0}');
    const report = await sink.deliver([{ action: 'create', index: 'logs-a-b', id: 'x"y', document }]);
    expect(report).toEqual({ indexed: 1, duplicates: 0, deadLettered: 0 });
    expect(served.server.documents.get('logs-a-b/x"y')).toBe(document.toString());
  });

  it('of nothing sends nothing', async () => {
    const { sink } = sinkFor();
    expect(await sink.deliver([])).toEqual({ indexed: 0, duplicates: 0, deadLettered: 0 });
    expect(served.server.requests).toHaveLength(0);
  });

  it('is compressed where the configuration says so', async () => {
    const { sink } = sinkFor({ config: { compression: true } });
    await sink.deliver(items(3));
    expect(served.server.bulks()[0]?.headers['content-encoding']).toBe('gzip');
    expect(served.server.documents.size).toBe(3);
  });

  it('is cut into requests of at most maxBulkItems documents', async () => {
    const { sink } = sinkFor({ index: { maxBulkItems: 10 } });
    expect(await sink.deliver(items(25))).toMatchObject({ indexed: 25 });
    expect(served.server.bulks().map((bulk) => bulk.actions.length)).toEqual([10, 10, 5]);
  });

  it('counts what was there before as duplicates', async () => {
    const { sink } = sinkFor();
    await sink.deliver(items(3));
    expect(await sink.deliver(items(5))).toEqual({ indexed: 2, duplicates: 3, deadLettered: 0 });
  });

  it('never has more requests under way than allowed, over all calls', async () => {
    let now = 0;
    let most = 0;
    served.server.onBulk = () => {
      now += 1;
      most = Math.max(most, now);
      setTimeout(() => (now -= 1), 15);
      return { after: 20 };
    };
    const { sink } = sinkFor({ index: { maxBulkItems: 1, maxBulksInFlight: 2 } });
    await Promise.all([sink.deliver(items(4, 'a')), sink.deliver(items(4, 'b'))]);
    expect(most).toBe(2);
    expect(served.server.documents.size).toBe(8);
  });
});

describe('a document that is refused', () => {
  it('goes to the dead letters with its reason, and the others are indexed', async () => {
    const { sink, letters } = sinkFor();
    served.server.onBulk = ({ actions }) => ({
      items: actions.map(({ id }) =>
        id === 'id-1' ? { status: 400, type: 'mapping', reason: 'no' } : undefined,
      ),
    });
    expect(await sink.deliver(items(3))).toEqual({ indexed: 2, duplicates: 0, deadLettered: 1 });
    expect(letters).toMatchObject([{ id: 'id-1', index: 'logs-test-default', reason: 'mapping: no' }]);
  });

  it('is told of in the index, too, under an id that a replay repeats', async () => {
    served.server.onBulk = ({ actions }) => ({
      items: actions.map(({ id }) => (id === 'id-0' ? { status: 400 } : undefined)),
    });
    const { sink } = sinkFor();
    await sink.deliver(items(1));
    await sink.deliver(items(1));
    const told = [...served.server.documents.keys()].filter((key) =>
      key.startsWith('logs-logboom.deadletters-default/'),
    );
    expect(told).toHaveLength(1);
    expect(JSON.parse(served.server.documents.get(told[0]!)!)).toMatchObject({
      event: { kind: 'pipeline_error', original: items(1)[0]!.document },
      logboom: { deadletter: { index: 'logs-test-default', id: 'id-0', encoding: 'utf-8' } },
    });
  });

  it('does not set off a loop when the document about it is refused as well', async () => {
    served.server.onBulk = ({ actions }) => ({ items: actions.map(() => ({ status: 400 })) });
    const { sink, letters } = sinkFor();
    expect(await sink.deliver(items(2))).toMatchObject({ deadLettered: 2 });
    expect(letters).toHaveLength(2);
    expect(served.server.bulks()).toHaveLength(2);
  });

  it('is refused here where a line feed in it would begin an action of its own', async () => {
    const { sink, letters } = sinkFor();
    const document = '{"a":1}\n{"delete":{"_index":"alerts","_id":"1"}}';
    const poison = { action: 'create' as const, index: 'logs-a-b', id: 'p', document };
    expect(await sink.deliver([poison, ...items(2)])).toEqual({ indexed: 2, duplicates: 0, deadLettered: 1 });
    expect(
      served.server.requests.flatMap((request) => request.actions.map(({ action }) => action)),
    ).not.toContain('delete');
    expect(letters[0]?.body).toBe(document);
  });

  it('stays ours until the file of dead letters can be written', async () => {
    served.server.onBulk = ({ actions }) => ({
      items: actions.map(({ id }) => (id === 'id-0' ? { status: 400 } : undefined)),
    });
    let full = 3;
    const written: unknown[] = [];
    const deadLetters = {
      async add(letters: unknown[]) {
        if (full-- > 0) throw new Error('ENOSPC');
        written.push(...letters);
      },
      count: 0,
      added: { count: 0 },
    };
    const { sink, log } = sinkFor({ deadLetters });
    expect(await sink.deliver(items(2))).toMatchObject({ indexed: 1, deadLettered: 1 });
    expect(written).toHaveLength(1);
    expect(log.filter(({ msg }) => msg.includes('ENOSPC'))).toHaveLength(1);
  });
});
