import { monitorEventLoopDelay } from 'node:perf_hooks';
import { describe, expect, it } from 'vitest';
import { type Fault, startFakeElasticsearch } from '../support/fake-elasticsearch.ts';
import { error, servedSinks, times } from '../support/served.ts';
import { items } from '../support/sink.ts';

const served = servedSinks();
const { script, sinkFor } = served;

describe('a request that the server cannot take now', () => {
  const nothing = { indexed: 0, duplicates: 0, deadLettered: 0 };

  it.each<[string, Fault]>([
    ['429, as a whole', { status: 429, body: error('es_rejected_execution_exception') }],
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

  it('is sent again where its parameters are refused, and no document is given up for them', async () => {
    let refused = 0;
    served.server.onBulk = ({ path }) => {
      if (refused >= 12 || !path.includes('tiemout=')) return undefined;
      refused += 1;
      const reason = 'request [/_bulk] contains unrecognized parameter: [tiemout]';
      return { status: 400, body: error('illegal_argument_exception', reason) };
    };
    const { sink, letters, log } = sinkFor({ config: { parameters: { tiemout: '1m' } } });
    expect(await sink.deliver(items(10))).toEqual({ ...nothing, indexed: 10 });
    expect(letters).toEqual([]);
    expect(log[0]?.msg).toMatch(/unrecognized parameter: \[tiemout\]; .*check `elasticsearch.parameters`/);
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
    served.server.onBulk = ({ actions }, number) => {
      if (number > 0) return undefined;
      for (const { index, id, document } of actions) served.server.documents.set(`${index}/${id}`, document);
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
    served.server.onBulk = (_, number) => {
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
    served.server.onBulk = () => (down ? { status: 503, body: error('no_master', 'no master') } : undefined);
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
    const { sink, pauses } = sinkFor({ hosts: [dead.url, served.server.url] });
    expect(await sink.deliver(items(2))).toMatchObject({ indexed: 2 });
    expect(await sink.deliver(items(2, 'more-'))).toMatchObject({ indexed: 2 });
    expect(pauses).toEqual([]);
  });
});
