import { describe, expect, it } from 'vitest';
import type { Pipeline } from '../../src/app/pipeline.ts';
import { describePipeline } from '../../src/monitoring/describe.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { configWith } from '../support/journal/records.ts';

interface FakeReader {
  alive?: boolean;
  position?: number;
  stuckSince?: number | undefined;
  answers?: Record<string, unknown>;
  hangs?: boolean;
}

const aReader = (name: string, { answers = {}, hangs = false, ...changes }: FakeReader) => ({
  name,
  alive: true,
  position: 10,
  stuckSince: undefined,
  call: async (question: string) => answers[question],
  answers: async () => !hangs,
  ...changes,
});

/** What is told of a pipeline whose parts are as given; the journal holds ten records. */
function told(
  parts: {
    analyser?: FakeReader;
    indexer?: FakeReader;
    forwarder?: FakeReader;
    broken?: string;
    failing?: string;
    processors?: NonNullable<Parameters<typeof configWith>[1]>['processors'];
    gated?: object;
  } = {},
) {
  const sink = { state: 'delivering', reason: undefined, refused: { count: 0 }, deadLetters: 0 };
  const pipeline = {
    journal: {
      fill: { bytes: 512, limit: 1024, waiting: 0, oldest: 1, newest: 10, readers: {} },
      broken: parts.broken,
      bytesAfter: (position: number) => (10 - position) * 100,
    },
    analyser: aReader('analyser', { answers: { alerts: 3 }, ...parts.analyser }),
    indexer: aReader('indexer', { answers: { sink, unpublished: 41 }, ...parts.indexer }),
    ...(parts.forwarder && { forwarder: aReader('forwarder', parts.forwarder) }),
    delivery: {
      suppressed: () => ({ heldBack: 0, silences: 0 }),
      pendingFor: (name: string) => (name === 'ops' ? 2 : 0),
      totalsOf: () => ({ delivered: 5, refused: 1 }),
      failing: (name: string) =>
        name === 'ops' && parts.failing ? { reason: parts.failing, since: Date.now() - 1_500 } : undefined,
    },
    receivedAt: () => Date.now() - 3_000,
    selfMonitoring: { open: () => [], stop: async () => undefined },
    inputs: [],
    processing: { counts: () => parts.gated ?? {} },
    clock: { now: () => Date.now(), difference: 0, steps: [] },
    lumberjack: {
      refused: () => [],
      stats: () => ({ connections: 1, windowsInFlight: 1, oldestUnacknowledged: Date.now() - 50 }),
      address: () => ({ host: '127.0.0.1', port: 5044 }),
    },
  } as unknown as Pipeline;
  return describePipeline(pipeline, {
    config: configWith([], { notifiers: { ops: { kind: 'log' } }, processors: parts.processors ?? [] }),
    metrics: createMetrics(),
    url: 'http://127.0.0.1:9200',
    store: undefined,
    version: '1.2.3',
    startedAt: Date.now() - 1000,
  });
}

describe('the silence of a pipeline', () => {
  const hangs = true;
  it.each<[string, Parameters<typeof told>[0], string[]]>([
    ['nobody, where all answer', { forwarder: {} }, []],
    ['who hangs', { analyser: { hangs }, indexer: { hangs } }, ['analyser', 'indexer']],
    ['not the forwarder, for which nobody waits', { forwarder: { hangs } }, []],
  ])('is that of %s', async (_, parts, silent) => {
    expect(await told(parts).silent(10)).toEqual(silent);
  });
});

describe('the status of a pipeline', () => {
  it('tells of every part', async () => {
    expect(await told({ indexer: { position: 7, stuckSince: Date.now() - 3000 } }).status()).toMatchObject({
      version: '1.2.3',
      inputs: { lumberjack: { url: '127.0.0.1:5044', connections: 1, windowsInFlight: 1 } },
      journal: { bytes: 512, maxBytes: 1024, newest: 10 },
      readers: {
        analyser: { position: 10, lag: { records: 0, bytes: 0, seconds: 0 } },
        indexer: { position: 7, lag: { records: 3, bytes: 300, seconds: expect.closeTo(3, 0) } },
      },
      alerts: { open: 3, own: [] },
      sink: { kind: 'elasticsearch', url: 'http://127.0.0.1:9200', unpublished: 41 },
      notifiers: { log: { pending: 0 }, ops: { pending: 2 } },
    });
  });

  it('puts the figures into the metrics', async () => {
    const text = await told({ indexer: { position: 4 } }).metrics();
    expect(text).toContain('logboom_journal_fill_ratio 0.5\n');
    if (process.platform === 'linux') expect(text).toMatch(/logboom_memory_bytes\{kind="own"\} \d{7,}\n/);
    expect(text).toContain('logboom_outputs_unpublished 41\n');
    expect(text).toMatch(/logboom_oldest_unacknowledged_seconds\{input="lumberjack"\} \d+\.\d/);
    expect(text).toContain('logboom_reader_lag_records{reader="indexer"} 6\n');
    expect(text).toContain('logboom_reader_lag_bytes{reader="indexer"} 600\n');
    expect(text).toMatch(/logboom_reader_lag_seconds\{reader="indexer"\} (2\.99|3)/);
    expect(text).toContain('logboom_reader_lag_seconds{reader="analyser"} 0\n');
  });

  it('says that the sink is unavailable where its thread does not answer', async () => {
    const { sink } = await told({ indexer: { alive: false, answers: {} } }).status();
    expect(sink.state).toBe('unavailable');
    expect(sink.reason).toBe('the indexer does not answer');
    expect(sink).not.toHaveProperty('unpublished');
  });

  it('leaves out what only a thread knows that does not answer: 0 would be a wrong figure', async () => {
    const { sink, alerts } = await told({
      indexer: { alive: false, answers: {} },
      analyser: { alive: false, answers: {} },
    }).status();
    expect(sink).not.toHaveProperty('deadLetters');
    expect(alerts).not.toHaveProperty('open');
  });

  describe('counts of processors', () => {
    const processors: NonNullable<Parameters<typeof told>[0]>['processors'] = [
      { kind: 'drop', name: 'noise', if: 'url.path : "/ping"' },
      { kind: 'drop', name: 'few', if: 'url.path : "/pong"' },
    ];
    const none = { changed: 0, leftOut: 0, failed: 0 };
    const some = { changed: 0, leftOut: 7, failed: 0 };

    it.each<[string, FakeReader, object, object]>([
      ['names those that have done nothing', { answers: { processors: {} } }, {}, { noise: none, few: none }],
      [
        'has those of the indexer',
        { answers: { processors: { few: some } } },
        {},
        { noise: none, few: some },
      ],
      ['has those of inputs', { answers: { processors: {} } }, { noise: some }, { noise: some, few: none }],
      [
        'leaves out what an indexer that does not answer knows',
        { answers: {} },
        { noise: some },
        { noise: some },
      ],
    ])('%s', async (_, indexer, gated, expected) => {
      expect((await told({ indexer, processors, gated }).status()).processors).toEqual(expected);
    });
  });

  it('says for what the indexer waits', async () => {
    const sink = { state: 'retrying', reason: 'connect ECONNREFUSED' };
    const status = await told({ indexer: { answers: { sink } } }).status();
    expect(status.readers.indexer!.waitsFor).toBe('Elasticsearch');
    expect(status.sink).toMatchObject({ state: 'unavailable', reason: 'connect ECONNREFUSED' });
  });

  it('tells why the journal takes nothing any more', async () => {
    expect((await told({ broken: 'disk is gone' }).status()).journal.broken).toBe('disk is gone');
  });
});

describe('the health of a pipeline', () => {
  it('is good where all readers are up to date', async () => {
    expect(await told().health()).toMatchObject({ healthy: true, state: 'healthy', reasons: [] });
  });

  it('shows the figures that it goes by', async () => {
    const { figures } = await told({ indexer: { position: 4 } }).health();
    expect(figures).toEqual({
      journalFill: 0.5,
      oldestUnacknowledged: { lumberjack: expect.closeTo(0.05, 1) },
      readerLag: {
        analyser: { records: 0, seconds: 0 },
        indexer: { records: 6, seconds: expect.closeTo(3, 0) },
      },
    });
  });

  it.each(['analyser', 'indexer'] as const)('is bad while the %s is gone', async (name) => {
    const health = await told({ [name]: { alive: false } }).health();
    expect(health.healthy).toBe(false);
    expect(health.reasons.join()).toContain(name);
  });

  it('is degraded where a notifier cannot deliver, and the status says why', async () => {
    const pipeline = told({ failing: 'Slack says not_in_channel' });
    expect(await pipeline.health()).toMatchObject({
      state: 'degraded',
      reasons: ['notifier ops has not delivered for 1s: Slack says not_in_channel'],
    });
    expect((await pipeline.status()).notifiers.ops).toEqual({
      pending: 2,
      delivered: 5,
      refused: 1,
      failing: 'Slack says not_in_channel',
    });
  });

  it('is bad where the journal takes nothing any more', async () => {
    const health = await told({ broken: 'disk is gone' }).health();
    expect(health).toMatchObject({ healthy: false, reasons: [expect.stringContaining('disk is gone')] });
  });
});
