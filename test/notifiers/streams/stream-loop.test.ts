import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { schema } from '../../../src/config/schema/schema.ts';
import { type Notifier, NotifierError } from '../../../src/notifiers/notifier.ts';
import { StreamLoop } from '../../../src/notifiers/streams/stream-loop.ts';
import { streamTelemetry } from '../../../src/telemetry/components/streams.ts';
import { silentInstruments } from '../../../src/telemetry/metrics.ts';
import { eventually } from '../../support/eventually.ts';
import { aFolder } from '../../support/folder.ts';
import { anHttpServer, reply } from '../../support/http.ts';
import { aNotifier } from '../../support/notifiers.ts';
import { aLog, keyed, put, range } from './support.ts';

/** A loop over a real log. Pauses after failures are those of `random: 0`: half a second for the first. */
async function aLoop(notifier: Notifier, settings: object = {}, clock = { now: 0 }) {
  const log = aLog();
  await log.configure(['s']);
  const instruments = silentInstruments();
  const config = schema.parse({ streams: { s: { notifier: 'ops', ...settings } } }).streams.s!;
  const telemetry = streamTelemetry(instruments);
  const loop = new StreamLoop({
    ...{ name: 's', config, notifier, log, telemetry, now: () => clock.now, random: () => 0 },
  });
  onTestFinished(() => loop.stop());
  const outcomes = async () => {
    const metric = instruments.metrics.getSingleMetric('logboom_stream_outputs_total')!;
    const { values } = await metric.get();
    return Object.fromEntries(values.map(({ labels, value }) => [labels.outcome, value]));
  };
  const emptied = () => eventually(() => expect(log.stateOf('s').pending).toBe(0));
  return { log, loop, outcomes, emptied, clock, keep: { s: config.keep } };
}

/** A notifier of the test's own. */
const own = (send: (id: string, signal: AbortSignal) => void | Promise<void>): Notifier => ({
  ...{ name: 'ops', timeout: 5_000, giveUpAfter: 60_000 },
  async send({ id }, { signal }) {
    await send(id, signal);
    return { answer: 'ok' };
  },
});

const named = (from: number, to: number) => range(from, to).map((n) => `o${n}`);

describe('a stream', () => {
  it('posts documents as the index has them, in order, under ids that stay the same', async () => {
    const server = await anHttpServer((_, response) => reply(response, 200));
    const { log, loop, emptied, outcomes } = await aLoop(aNotifier({ kind: 'webhook', url: server.url }));
    loop.start();
    await put(log, range(1, 30));
    loop.wake();
    await emptied();
    expect(server.received.map(({ body }) => (body as { n: number }).n)).toEqual(range(1, 30));
    expect(server.received.map(({ headers }) => headers['idempotency-key'])).toEqual(named(1, 30));
    expect(server.received[0]!.body).toEqual({
      ...{ '@timestamp': '2026-01-01T00:00:00.001Z', rule: { name: 'burst' }, n: 1, event: { id: 'o1' } },
    });
    expect(await outcomes()).toEqual({ delivered: 30 });
  });

  it('begins with what was put before it started', async () => {
    const sent: string[] = [];
    const { log, loop, emptied } = await aLoop(own((id) => void sent.push(id)));
    await put(log, range(1, 500));
    loop.start();
    await emptied();
    expect(sent).toEqual(named(1, 500));
    expect(log.size).toBe(0);
  });

  it('sends lines of a file together', async () => {
    const path = join(aFolder(), 'made', 'out.ndjson');
    const { log, loop, emptied } = await aLoop(aNotifier({ kind: 'file', path }));
    await put(log, range(1, 450));
    loop.start();
    await emptied();
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).n)).toEqual(range(1, 450));
  });

  it.each([
    ['windows alone', { outputs: ['windows'] }, ['o1', 'o3']],
    ['transitions alone', { outputs: ['transitions'] }, ['o2', 'o4']],
    ['some rules', { rules: ['other'] }, ['o3', 'o4']],
    ['both', { rules: ['burst'], outputs: ['transitions'] }, ['o2']],
    ['nothing that there is', { rules: ['none'] }, []],
  ])('sends %s', async (_, settings, expected) => {
    const sent: string[] = [];
    const { log, loop, emptied, outcomes } = await aLoop(
      own((id) => void sent.push(id)),
      settings,
    );
    const all = [
      keyed(1),
      keyed(2, { kind: 'transitions' }),
      keyed(3, { rule: 'other' }),
      keyed(4, { rule: 'other', kind: 'transitions' }),
    ];
    await log.put('journal', all, {}, 0);
    loop.start();
    await emptied();
    expect(sent).toEqual(expected);
    expect((await outcomes()).delivered ?? 0).toBe(expected.length);
  });

  it('tries again what is not taken, and sends nothing twice that was before it', async () => {
    const sent: string[] = [];
    let failures = 0;
    const { log, loop, emptied, outcomes } = await aLoop(
      own((id) => {
        if (id === 'o3' && failures++ < 2) throw new NotifierError('NOTIFIER_UNAVAILABLE', 'it answered 503');
        sent.push(id);
      }),
    );
    await put(log, range(1, 5));
    loop.start();
    await eventually(() => expect(loop.failing?.reason).toBe('it answered 503'));
    await emptied();
    expect(sent).toEqual(named(1, 5));
    expect(await outcomes()).toMatchObject({ delivered: 5, failed: 1 });
    expect(loop.failing).toBeUndefined();
  });

  it('waits for as long as the peer asks', async () => {
    const server = await anHttpServer((_, response, number) =>
      number === 1 ? reply(response, 429, {}, { 'retry-after': '1' }) : reply(response, 200),
    );
    const { log, loop, emptied } = await aLoop(aNotifier({ kind: 'webhook', url: server.url }));
    await put(log, [1]);
    const begin = process.hrtime.bigint();
    loop.start();
    await emptied();
    // Not before a second is over; how much later is no matter.
    expect(Number(process.hrtime.bigint() - begin) / 1e6).toBeGreaterThan(990);
  });

  it('leaves out what is refused for good, and counts it', async () => {
    const server = await anHttpServer(({ body }, response) =>
      reply(response, (body as { n: number }).n % 2 === 0 ? 400 : 200),
    );
    const { log, loop, emptied, outcomes } = await aLoop(aNotifier({ kind: 'webhook', url: server.url }));
    await put(log, range(1, 6));
    loop.start();
    await emptied();
    expect(await outcomes()).toEqual({ delivered: 3, refused: 3 });
    expect(server.received).toHaveLength(6);
  });

  it('finds which of several that were sent together is refused', async () => {
    const together: number[] = [];
    const sent: string[] = [];
    const notifier = own((id) => {
      if (id === 'o2') throw new NotifierError('NOTIFIER_REFUSED', 'too large');
      sent.push(id);
    });
    const { log, loop, emptied, outcomes } = await aLoop({
      ...notifier,
      async sendAll(all) {
        together.push(all.length);
        throw new NotifierError('NOTIFIER_REFUSED', 'too large');
      },
    });
    await put(log, range(1, 3));
    loop.start();
    await emptied();
    expect([together, sent]).toEqual([[3], ['o1', 'o3']]);
    expect(await outcomes()).toEqual({ delivered: 2, refused: 1 });
  });

  it('leaves out what is older than `giveUpAfter`', async () => {
    const sent: string[] = [];
    const clock = { now: 0 };
    const { log, loop, emptied, outcomes } = await aLoop(
      own((id) => void sent.push(id)),
      {},
      clock,
    );
    await put(log, [1, 2], {}, 0);
    await put(log, [3], {}, 50_000);
    clock.now = 60_001;
    loop.start();
    await emptied();
    expect(sent).toEqual(['o3']);
    expect(await outcomes()).toEqual({ delivered: 1, expired: 2 });
  });

  it('says for a while what it lost because it was too slow', async () => {
    const { log, loop, outcomes, keep, clock } = await aLoop(
      own(
        (_, signal) =>
          new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      ),
      { keep: 5 },
    );
    await put(log, [1], keep);
    loop.start();
    await put(log, range(2, 9), keep);
    loop.wake();
    expect(await outcomes()).toEqual({ dropped: 4 });
    expect(loop.failing?.reason).toBe('4 outputs were dropped: it is too slow');
    clock.now = 600_000;
    expect(loop.failing).toBeUndefined();
  });

  it('stops while an attempt hangs, and goes on with the same output', async () => {
    const hangs: string[] = [];
    const log = aLog();
    await log.configure(['s']);
    const config = schema.parse({ streams: { s: { notifier: 'ops' } } }).streams.s!;
    const telemetry = streamTelemetry(silentInstruments());
    const parts = { name: 's', config, log, telemetry };
    await put(log, [1, 2]);
    const first = new StreamLoop({
      ...parts,
      notifier: {
        ...{ name: 'ops', timeout: 60_000, giveUpAfter: 60_000_000_000_000 },
        send: ({ id }, { signal }) =>
          new Promise((_, reject) => {
            hangs.push(id);
            signal.addEventListener('abort', () => reject(new Error('aborted')));
          }),
      },
    });
    first.start();
    await eventually(() => expect(hangs).toEqual(['o1']));
    await first.stop();
    expect(log.stateOf('s').pending).toBe(2);
    const sent: string[] = [];
    const notifier = { ...own((id) => void sent.push(id)), giveUpAfter: 60_000_000_000_000 };
    const second = new StreamLoop({ ...parts, notifier });
    second.start();
    await eventually(() => expect(sent).toEqual(['o1', 'o2']));
    await second.stop();
  });

  it('closes what its notifier has open', async () => {
    let closed = 0;
    const close = async () => {
      closed += 1;
    };
    const { loop } = await aLoop({ ...own(() => undefined), close });
    loop.start();
    await loop.stop();
    expect(closed).toBe(1);
  });

  it.each(['slack', 'teams', 'discord', 'ntfy', 'mattermost'] as const)('may go to %s', async (kind) => {
    const server = await anHttpServer((_, response) => reply(response, 200, 'ok'));
    const { url } = server;
    const settings = kind === 'ntfy' ? { kind, url, topic: 'ops' } : { kind, url };
    const { log, loop, emptied } = await aLoop(aNotifier(settings as never));
    await log.put('journal', [keyed(1, { text: 'burst (web-1): inactive to active' })], {}, 0);
    loop.start();
    await emptied();
    expect(JSON.stringify(server.received[0]!.body)).toContain('inactive to active');
  });

  it('may go to a command', async () => {
    const path = join(aFolder(), 'got');
    const { log, loop, emptied } = await aLoop(
      aNotifier({ kind: 'command', command: '/bin/sh', arguments: ['-c', `cat >> ${path}`] }),
    );
    await put(log, [1]);
    loop.start();
    await emptied();
    expect(existsSync(path) && JSON.parse(readFileSync(path, 'utf8')).n).toBe(1);
  });
});
