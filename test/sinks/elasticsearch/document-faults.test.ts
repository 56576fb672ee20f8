import { describe, expect, it } from 'vitest';
import { error, servedSinks, times } from '../support/served.ts';
import { items } from '../support/sink.ts';

const served = servedSinks();
const { script, sinkFor } = served;

describe('a document that the server cannot take now', () => {
  it.each([
    [429, 'es_rejected_execution_exception', ''],
    [503, 'unavailable_shards_exception', ''],
    [403, 'cluster_block_exception', 'index read-only / allow delete (api)'],
    [403, 'security_exception', ''],
    [400, 'validation_exception', 'this cluster currently has [1000]/[1000] maximum normal shards open;'],
  ])('is sent again by itself, the others are not: %i %s', async (status, type, reason) => {
    const again = { status, type, reason };
    script({ items: [undefined, again, undefined] }, { items: [again] });
    const { sink, letters } = sinkFor();
    expect(await sink.deliver(items(3))).toEqual({ indexed: 3, duplicates: 0, deadLettered: 0 });
    expect(served.server.bulks().map(({ actions }) => actions.map(({ id }) => id))).toEqual([
      ['id-0', 'id-1', 'id-2'],
      ['id-1'],
      ['id-1'],
    ]);
    expect(letters).toEqual([]);
  });

  it('does not keep other deliveries waiting', async () => {
    let blocked = true;
    served.server.onBulk = ({ actions }) => ({
      items: actions.map(({ id }) => (blocked && id === 'stuck0' ? { status: 429 } : undefined)),
    });
    const { sink } = sinkFor({ index: { maxBulksInFlight: 1 } });
    const stuck = sink.deliver(items(1, 'stuck'));
    for (let i = 0; i < 5; i++)
      expect(await sink.deliver(items(2, `free-${i}-`))).toMatchObject({ indexed: 2 });
    expect(await Promise.race([stuck, 'stuck'])).toBe('stuck');
    blocked = false;
    expect(await stuck).toMatchObject({ indexed: 1 });
  });

  it('lowers the number of requests at once, which grows again', async () => {
    const busy = { items: [{ status: 429 }] };
    script(busy, busy, busy, busy);
    const { sink } = sinkFor({ index: { maxBulkItems: 1, maxBulksInFlight: 4 } });
    const before = sink.deliver(items(4));
    await expect.poll(() => served.server.bulks().length).toBeGreaterThanOrEqual(4);
    await before;
    await sink.deliver(items(20, 'then-'));
    expect(sink.status().inFlightBound).toBe(4);
  });

  it('is told of once in the log, not once per try', async () => {
    script(...times(30, { items: [{ status: 429, type: 'rejected' }] }));
    const { sink, log } = sinkFor({ index: { retryInitial: '10ms', retryMax: '100ms' } });
    await sink.deliver(items(1));
    expect(log.filter(({ msg }) => msg.includes('sent again'))).toHaveLength(1);
    expect(log.at(-1)?.msg).toMatch(/put off are in the index/);
  });
});

it('documents that are put off are not said to be in the index because others are', async () => {
  let isRed = true;
  served.server.onBulk = ({ actions }) => ({
    items: actions.map(({ index }) =>
      isRed && index === 'logs-red-default'
        ? { status: 503, type: 'unavailable_shards_exception' }
        : undefined,
    ),
  });
  const { sink, log } = sinkFor();
  const over = () => log.filter(({ msg }) => msg === 'the documents that were put off are in the index');
  const waiting = sink.deliver(items(2, 'red-', 'logs-red-default'));
  await expect.poll(() => sink.status().deferred).toBe(2);
  await sink.deliver(items(3));
  expect(over()).toEqual([]);
  isRed = false;
  await waiting;
  expect(over()).toHaveLength(1);
  expect(sink.status().deferred).toBe(0);
});

describe('a document that Elasticsearch puts into the failure store of its stream', () => {
  it('is taken, and that is told and counted', async () => {
    served.server.onBulk = () => ({ items: [undefined, { status: 201, failure_store: 'used' }, undefined] });
    const { sink, letters, log, metrics } = sinkFor();
    expect(await sink.deliver(items(3))).toEqual({ indexed: 3, duplicates: 0, deadLettered: 0 });
    expect(letters).toEqual([]);
    expect(log.map(({ msg }) => msg).join()).toContain('GET logs-test-default::failures/_search');
    const text = await metrics.getSingleMetricAsString('logboom_elasticsearch_failure_store_total');
    expect(text).toMatch(/_total 1$/m);
  });
});

describe('a request that is too large', () => {
  const takes = (most: number) => {
    served.server.onBulk = ({ body }) => (body.length > most ? { status: 413 } : undefined);
  };

  it('is sent in halves, and later ones are small from the start', async () => {
    takes(1_000);
    const { sink } = sinkFor();
    expect(await sink.deliver(items(64))).toMatchObject({ indexed: 64 });
    const sent = served.server.bulks().length;
    await sink.deliver(items(64, 'more-'));
    expect(
      served.server
        .bulks()
        .slice(sent)
        .every(({ body }) => body.length <= 1_000),
    ).toBe(true);
  });

  it('is a dead letter where it holds one document', async () => {
    takes(1_000);
    const { sink, letters } = sinkFor();
    const large = { ...items(1, 'large-')[0]!, document: JSON.stringify({ message: 'x'.repeat(2_000) }) };
    expect(await sink.deliver([...items(5), large, ...items(5, 'b-')])).toEqual({
      indexed: 10,
      duplicates: 0,
      deadLettered: 1,
    });
    expect(letters).toMatchObject([{ id: 'large-0', reason: 'larger than the server takes (413)' }]);
  });
});

describe('a request with a document that breaks it', () => {
  it('is halved until that one is found', async () => {
    served.server.onBulk = ({ actions }) =>
      actions.some(({ id }) => id === 'id-37')
        ? { status: 400, body: error('x_content_parse_exception', 'bad') }
        : undefined;
    const { sink, letters } = sinkFor();
    expect(await sink.deliver(items(100))).toEqual({ indexed: 99, duplicates: 0, deadLettered: 1 });
    expect(letters).toMatchObject([{ id: 'id-37', reason: 'x_content_parse_exception: bad' }]);
    expect(served.server.bulks().length).toBeLessThan(20);
  });
});

describe('a document that has a key twice in one object', () => {
  const twice = (document: string) => [{ ...items(1)[0]!, document }, ...items(2, 'other-')];
  const duplicate = {
    status: 400,
    type: 'document_parsing_exception',
    reason: "failed to parse: Duplicate field 'a'",
  };

  it('is indexed with the last value, and counted', async () => {
    script({ items: [duplicate, undefined, undefined] });
    const { sink, letters, metrics, pauses } = sinkFor();
    const report = await sink.deliver(twice('{"q":{"a":1,"a":12345678901234567890},"b":1}'));
    expect(report).toEqual({ indexed: 3, duplicates: 0, deadLettered: 0 });
    expect(letters).toEqual([]);
    expect(pauses).toEqual([]);
    expect(String(served.server.documents.get('logs-test-default/id-0'))).toBe(
      '{"q":{"a":12345678901234567890},"b":1}',
    );
    expect(await metrics.metrics()).toContain('logboom_elasticsearch_rewritten_total 1');
  });

  it('is a dead letter where the server refuses it again, or where no key occurs twice', async () => {
    script({ items: [duplicate, undefined, undefined] }, { items: [duplicate] }, undefined, {
      items: [duplicate],
    });
    const { sink, letters } = sinkFor();
    expect(await sink.deliver(twice('{"q":{"a":1,"a":2}}'))).toMatchObject({ indexed: 2, deadLettered: 1 });
    expect(await sink.deliver(items(1, 'fine-'))).toMatchObject({ deadLettered: 1 });
    expect(letters.map(({ id }) => id)).toEqual(['id-0', 'fine-0']);
  });
});
