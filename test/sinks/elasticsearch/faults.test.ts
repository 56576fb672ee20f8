import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeElasticsearch, type Fault, startFakeElasticsearch } from '../support/fake-elasticsearch.ts';
import { items, type TestSink, type TestSinkOptions, testSink } from '../support/sink.ts';

let server: FakeElasticsearch;
const open: TestSink[] = [];

function sinkFor(options: TestSinkOptions = {}): TestSink {
  const made = testSink({ hosts: [server.url], ...options });
  open.push(made);
  return made;
}

/** The first requests meet these faults, in turn; those after them meet none. */
function script(...faults: Fault[]): void {
  server.onBulk = (_, number) => faults[number];
}
const times = (count: number, fault: Fault) => Array.from({ length: count }, () => fault);
const error = (type: string, reason = 'because') => ({ error: { type, reason } });

beforeEach(async () => {
  server = await startFakeElasticsearch();
});
afterEach(async () => {
  await Promise.all(open.splice(0).map(({ sink }) => sink.close()));
  await server.close();
});

describe('a request that the server cannot take now', () => {
  const nothing = { indexed: 0, duplicates: 0, deadLettered: 0 };

  it.each<[string, Fault]>([
    ['429, as a whole', { status: 429, body: error('es_rejected_execution_exception') }],
    ['500', { status: 500 }],
    ['502 of a proxy', { status: 502 }],
    ['503', { status: 503, body: error('cluster_block_exception') }],
    ['504', { status: 504 }],
    ['401', { status: 401, body: error('security_exception') }],
    ['403', { status: 403, body: error('security_exception') }],
    ['404 of a proxy', { status: 404 }],
    ['400 of a proxy', { status: 400 }],
    ['400 about the media type', { status: 400, body: error('media_type_header_exception') }],
    ['a connection reset', 'reset'],
    ['an answer that is no JSON object', { status: 200, body: [] }],
    [
      'an answer without the header of Elasticsearch',
      { status: 200, headers: { 'x-elastic-product': 'Other' } },
    ],
  ])('is sent again until it is taken: %s', async (_, fault) => {
    script(...times(5, fault));
    const { sink, letters, pauses } = sinkFor();
    expect(await sink.deliver(items(10))).toEqual({ ...nothing, indexed: 10 });
    expect(letters).toEqual([]);
    expect(pauses.length).toBeGreaterThanOrEqual(5);
  });

  it('is sent again when no answer comes in time', async () => {
    script('never');
    const { sink } = sinkFor({ config: { timeout: '300ms' } });
    expect(await sink.deliver(items(2))).toMatchObject({ indexed: 2 });
  });

  it('waits longer each time, up to retryMax', async () => {
    script(...times(6, { status: 503 }));
    const { sink, pauses } = sinkFor({ index: { retryInitial: '1s', retryMax: '10s' } });
    await sink.deliver(items(1));
    expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
  });

  it('pauses for a random part of the longest pause', async () => {
    script(...times(3, { status: 503 }));
    const { sink, pauses } = sinkFor({ random: () => 0.25 });
    await sink.deliver(items(1));
    expect(pauses).toEqual([250, 500, 1_000]);
  });

  it('counts as delivered what an earlier try had written before its answer was lost', async () => {
    const { sink } = sinkFor();
    server.onBulk = ({ actions }, number) => {
      if (number > 0) return undefined;
      for (const { index, id, document } of actions) server.documents.set(`${index}/${id}`, document);
      return 'reset';
    };
    expect(await sink.deliver(items(4))).toEqual({ ...nothing, duplicates: 4 });
  });

  it('is not believed when its answer has another number of items', async () => {
    script({ items: [undefined, undefined] });
    const { sink, log } = sinkFor();
    expect(await sink.deliver(items(3))).toEqual({ indexed: 0, duplicates: 3, deadLettered: 0 });
    expect(log[0]?.msg).toMatch(/2 items for 3 documents/);
  });
});

describe('while the server is in trouble', () => {
  it('the thread stays free, however large the bodies that it turns away', async () => {
    script({ status: 503 }, { status: 429 }, 'reset');
    const { sink } = sinkFor();
    const large = items(8).map((item) => ({ ...item, document: Buffer.alloc(500_000, ' ') }));
    const delay = monitorEventLoopDelay();
    delay.enable();
    expect(await sink.deliver(large)).toMatchObject({ indexed: 8 });
    delay.disable();
    expect(delay.max / 1e6).toBeLessThan(500);
  });

  it('no word of the log holds a password', async () => {
    script(
      { status: 401, body: error('security_exception', 'unable to authenticate') },
      { status: 503 },
      'reset',
    );
    const { sink, log } = sinkFor({ config: { user: 'elastic', password: 'correct-horse' } });
    await sink.deliver(items(1));
    const text = JSON.stringify(log) + JSON.stringify(sink.status());
    for (const secret of ['correct-horse', Buffer.from('elastic:correct-horse').toString('base64')])
      expect(text).not.toContain(secret);
  });

  it('only one request at a time asks whether it is over', async () => {
    let under = 0;
    let most = 0;
    server.onBulk = (_, number) => {
      under += 1;
      if (number >= 4) most = Math.max(most, under);
      setTimeout(() => (under -= 1), 5);
      return number < 20 ? { status: 503 } : { after: 5 };
    };
    const { sink } = sinkFor({ index: { maxBulkItems: 1, maxBulksInFlight: 4 } });
    expect(await sink.deliver(items(12))).toMatchObject({ indexed: 12 });
    expect(sink.status().inFlightBound).toBe(4);
  });

  it('status says what is wrong and since when, and that it is over', async () => {
    let down = true;
    server.onBulk = () => (down ? { status: 503, body: error('no_master', 'no master') } : undefined);
    const { sink } = sinkFor();
    const delivery = sink.deliver(items(1));
    await expect.poll(() => sink.status().state).toBe('retrying');
    expect(sink.status()).toMatchObject({ reason: 'status 503, no_master: no master', inFlight: 1 });
    down = false;
    await delivery;
    expect(sink.status()).toMatchObject({
      state: 'delivering',
      reason: undefined,
      since: undefined,
      inFlight: 0,
    });
  });

  it('the log says so once per longer pause and tells of the end with numbers', async () => {
    script(...times(40, { status: 503 }));
    const { sink, log } = sinkFor({ index: { retryInitial: '1s', retryMax: '8s' } });
    await sink.deliver(items(1));
    const told = log.map(({ msg }) => msg);
    expect(told.filter((line) => /takes nothing.*within (1|2|4|8)s/.test(line)).length).toBeLessThan(10);
    expect(told.at(-1)).toMatch(/takes documents again after .* and 40 failed requests/);
  });

  it('the log tells of another reason at once, with its remedy', async () => {
    script({ status: 503 }, { status: 401, body: error('security_exception', 'expired') }, { status: 503 });
    const { sink, log } = sinkFor();
    await sink.deliver(items(1));
    expect(log[1]?.msg).toMatch(/401, security_exception: expired; check `user` and `password`/);
    expect(log).toHaveLength(4);
  });

  it('a second node takes over without a pause when the first is dead', async () => {
    const dead = await startFakeElasticsearch();
    await dead.close();
    const { sink, pauses } = sinkFor({ hosts: [dead.url, server.url] });
    expect(await sink.deliver(items(2))).toMatchObject({ indexed: 2 });
    expect(await sink.deliver(items(2, 'more-'))).toMatchObject({ indexed: 2 });
    expect(pauses).toEqual([]);
  });
});

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
    expect(server.bulks().map(({ actions }) => actions.map(({ id }) => id))).toEqual([
      ['id-0', 'id-1', 'id-2'],
      ['id-1'],
      ['id-1'],
    ]);
    expect(letters).toEqual([]);
  });

  it('does not keep other deliveries waiting', async () => {
    let blocked = true;
    server.onBulk = ({ actions }) => ({
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
    await expect.poll(() => server.bulks().length).toBeGreaterThanOrEqual(4);
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

describe('a request that is too large', () => {
  const takes = (most: number) => {
    server.onBulk = ({ body }) => (body.length > most ? { status: 413 } : undefined);
  };

  it('is sent in halves, and later ones are small from the start', async () => {
    takes(1_000);
    const { sink } = sinkFor();
    expect(await sink.deliver(items(64))).toMatchObject({ indexed: 64 });
    const sent = server.bulks().length;
    await sink.deliver(items(64, 'more-'));
    expect(
      server
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
    server.onBulk = ({ actions }) =>
      actions.some(({ id }) => id === 'id-37')
        ? { status: 400, body: error('x_content_parse_exception', 'bad') }
        : undefined;
    const { sink, letters } = sinkFor();
    expect(await sink.deliver(items(100))).toEqual({ indexed: 99, duplicates: 0, deadLettered: 1 });
    expect(letters).toMatchObject([{ id: 'id-37', reason: 'x_content_parse_exception: bad' }]);
    expect(server.bulks().length).toBeLessThan(20);
  });
});

describe('closing', () => {
  it.each<[string, Fault]>([
    ['under way', 'never'],
    ['in a pause', { status: 503 }],
    ['put off one by one', { items: [{ status: 429 }] }],
  ])('rejects deliveries that are %s, soon', async (_, fault) => {
    server.onBulk = () => fault;
    const { sink } = sinkFor({ realTime: true, index: { maxBulkItems: 1, retryInitial: '60s' } });
    const deliveries = [sink.deliver(items(1)), sink.deliver(items(5, 'b'))];
    const outcomes = Promise.allSettled(deliveries);
    await expect.poll(() => server.bulks().length).toBeGreaterThan(0);
    const began = Date.now();
    await sink.close();
    for (const outcome of await outcomes)
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'SINK_CLOSED' } });
    expect(Date.now() - began).toBeLessThan(2_500);
  });

  it('twice is harmless, and nothing is taken afterwards', async () => {
    const { sink } = sinkFor();
    await sink.close();
    await sink.close();
    await expect(sink.deliver(items(1))).rejects.toMatchObject({ code: 'SINK_CLOSED' });
    expect(sink.status().state).toBe('closed');
  });
});
