import { describe, expect, it, onTestFinished } from 'vitest';
import { assembleEngine } from '../../src/engine/assemble-engine.ts';
import { openJournalReader } from '../../src/journal/reader.ts';
import { openPayload } from '../../src/journal/record.ts';
import type { Episode, Output } from '../../src/model.ts';
import { load } from '../support/config.ts';
import { eventually } from '../support/eventually.ts';
import { anHttpServer, reply } from '../support/http.ts';
import { aShipper } from '../support/lumberjack/shipper.ts';
import { rounds } from '../support/rounds.ts';
import { Server, type StoredDocument } from '../support/server.ts';

const kills = rounds('KILL_RUNS', 2);
const windowSize = 20;

const config = {
  time: { idleAfter: '1s' },
  journal: { tick: '50ms' },
  parsers: { timestamp: '@timestamp' },
  rules: [
    {
      name: 'burst',
      by: ['host.name'],
      over: '1s',
      every: '100ms',
      lateness: '500ms',
      when: '>= 30',
      notify: ['ops'],
    },
    { name: 'counted', over: '1s', lateness: '500ms' },
  ],
};

/** Ships numbered events in bursts and lulls, so that alerts come and go; says which were acknowledged. */
async function aNumberedShipper(port: number) {
  const acknowledged = new Set<number>();
  const numbersOf = (window: number) =>
    Array.from({ length: windowSize }, (_, place) => window * windowSize + place);
  const shipper = await aShipper({
    port,
    documents: (window) =>
      numbersOf(window).map((number) =>
        JSON.stringify({
          '@timestamp': new Date().toISOString(),
          number,
          host: { name: `web-${number % 2}` },
          agent: { id: 'shipper' },
        }),
      ),
    pause: (window) => (window % windowSize < windowSize / 2 ? 40 : 300),
    onAcknowledged: (window) => {
      for (const number of numbersOf(window)) acknowledged.add(number);
    },
  });
  return { ...shipper, acknowledged };
}

/** What an uninterrupted engine makes of the journal. */
function replayed(server: Server) {
  const journal = openJournalReader(`${server.data}/journal`);
  onTestFinished(() => journal.close());
  const { config: loaded, problems } = load({ yaml: JSON.stringify(server.read()) });
  if (!loaded) throw new Error(JSON.stringify(problems));
  const engine = assembleEngine(loaded);
  const outputs: Output[] = [];
  const numbers: number[] = [];
  const records = journal.read(0, Number.MAX_SAFE_INTEGER);
  for (const record of records) {
    outputs.push(...engine.process(record));
    if (record.kind !== 'events') continue;
    const { bytes, spans, count } = openPayload(record);
    for (let i = 0; i < count; i += 1) {
      const event = JSON.parse(bytes.toString('utf8', spans[2 * i], spans[2 * i + 1])) as { number: number };
      numbers.push(event.number);
    }
  }
  const late = engine.rules.find(({ name }) => name === 'counted')!.late;
  return { outputs, numbers, late, waiting: engine.waiting };
}

const idsOf = (documents: StoredDocument[]) => documents.map(({ _id }) => _id);
const of = <K extends Output['kind']>(outputs: Output[], kind: K) =>
  outputs.filter((output): output is Extract<Output, { kind: K }> => output.kind === kind);

/** The last revision of each window. */
function lastOfWindows(windows: Extract<Output, { kind: 'window' }>[]) {
  const last = new Map<string, (typeof windows)[number]>();
  for (const output of windows) {
    const { rule, group, end } = output.window;
    last.set(JSON.stringify([rule, group, end]), output);
  }
  return [...last.values()];
}

function lastOfEach(episodes: Episode[]): Map<string, Episode> {
  return new Map(episodes.map((episode) => [episode.id, episode]));
}

describe('kill -9, again and again, while events are shipped', () => {
  it('loses nothing acknowledged, and publishes what an uninterrupted run would', {
    timeout: 60_000 + kills * 20_000,
  }, async () => {
    const webhook = await anHttpServer((_, response) => reply(response, 200));
    const server = await Server.withConfig({
      ...config,
      notifiers: { ops: { kind: 'webhook', url: webhook.url } },
    });
    await server.start();
    const shipper = await aNumberedShipper(server.ports.lumberjack);
    for (let round = 0; round < kills; round += 1) {
      await new Promise((resolve) => setTimeout(resolve, 50 + Math.random() * 800));
      await server.kill();
      await server.start();
    }
    await eventually(() => expect(shipper.acknowledged.size).toBeGreaterThan(kills * windowSize), {
      timeout: 20_000,
    });
    await shipper.end();
    await server.settled();
    await eventually(async () => expect((await server.status()).alerts.open).toBe(0), { timeout: 20_000 });
    // Nothing waits any more: no tick will come, and what comes out of a replay is final.
    await eventually(() => expect(replayed(server).waiting).toBe(false), { timeout: 20_000, interval: 500 });
    await server.settled();

    const { outputs, numbers, late } = replayed(server);
    const events = await server.documents('logs-generic-default');
    const stored = events.map(({ _source }) => _source.number as number);
    const held = new Set(stored);
    expect(new Set(idsOf(events)).size).toBe(events.length);
    expect([...shipper.acknowledged].filter((number) => !held.has(number))).toEqual([]);
    expect(stored.toSorted()).toEqual(numbers.toSorted());
    // What was sent again because its ACK was lost in a kill is there once all the same.
    expect(held.size).toBe(stored.length);

    // The server's own alerts, such as about events that a kill made late, are in no replay.
    const ofRules = async (index: string) =>
      (await server.documents(index)).filter(({ _id }) => !_id.startsWith('logboom-'));
    const published = async (index: string, expected: number) => {
      await eventually(async () => expect((await ofRules(index)).length).toBe(expected), { timeout: 10_000 });
      return ofRules(index);
    };
    const windows = lastOfWindows(of(outputs, 'window'));
    const counts = windows.filter(({ window }) => window.rule === 'counted');
    const counted = counts.reduce((sum, { window }) => sum + window.count, 0);
    expect(counted + late).toBe(numbers.length);
    const windowDocuments = await published('metrics-logboom.windows-default', windows.length);
    const storedCount = windowDocuments
      .filter(({ _source }) => (_source.rule as { name: string }).name === 'counted')
      .reduce((sum, { _source }) => sum + (_source.window as { count: number }).count, 0);
    expect(storedCount).toBe(counted);

    const transitions = of(outputs, 'transition').map(({ transition }) => transition.id);
    expect(transitions.length).toBeGreaterThan(2);
    const transitionDocuments = await published('logs-logboom.alerts-default', transitions.length);
    expect(idsOf(transitionDocuments).toSorted()).toEqual(transitions.toSorted());

    const episodes = lastOfEach(of(outputs, 'episode').map(({ episode }) => episode));
    const alerts = await published('alerts', episodes.size);
    const shown = alerts.map(({ _id, _source }) => {
      const { status, revision, peak } = _source.alert as Record<string, unknown>;
      return { id: _id, status, revision, peak };
    });
    const wanted = [...episodes.values()].map(({ id, status, revision, peak }) => ({
      id,
      status,
      revision,
      peak,
    }));
    const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
    expect(shown.toSorted(byId)).toEqual(wanted.toSorted(byId));

    const ids = webhook.received.map(({ body }) => (body as { id: string }).id);
    const told = new Set(ids.filter((id) => !id.startsWith('logboom-')));
    const notifications = of(outputs, 'notification').map(({ notification }) => notification.id);
    expect([...told].toSorted()).toEqual(notifications.toSorted());
    expect(server.log.filter((line) => line['log.level'] === 'error')).toEqual([]);
    expect(await server.stop()).toBe(0);
  });
});
