import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { startApp } from '../../src/app/app.ts';
import { type Config, type ConfigInput, schema } from '../../src/config/schema/schema.ts';
import { connect } from '../../src/generator/client.ts';
import type { Transition } from '../../src/model.ts';
import { backtest } from '../../src/replay/backtest.ts';
import { transitionLog } from '../../src/replay/replay.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { diceOf } from '../support/dice.ts';
import { aFolder } from '../support/folder.ts';

const minute = 60_000;
const hour = 60 * minute;
const by = ['host.name'];
const rules: ConfigInput['rules'] = [
  { name: 'burst', by, over: '1m', every: '10s', lateness: '2s', when: '>= 4' },
  {
    name: 'share',
    measure: 'share(n >= 7)',
    over: '5m',
    every: '1m',
    lateness: '1s',
    when: '>= 0.35',
    minCount: 5,
  },
  { name: 'version', kind: 'change', by, field: 'version', quiet: '5m', lateness: '1s' },
  {
    name: 'user',
    kind: 'new-term',
    by,
    field: 'n',
    warmUp: '2m',
    remember: '5m',
    quiet: '1m',
    lateness: '0s',
  },
  { name: 'silent', kind: 'absence', by, every: '2m', lateness: '5s' },
];
const names = rules.map(({ name }) => name);

interface Line {
  time: number;
  host: string;
  n: number;
  version: string;
}

/** An hour and a half of events, three hours ago, and one an hour later, for silence to resolve nothing. */
function linesFrom(start: number): Line[] {
  const chance = diceOf(12);
  const dice = (most: number) => Math.floor(chance() * most);
  const lines = Array.from({ length: 600 }, (_, place): Line => {
    const host = 'abc'[dice(3)]!;
    return {
      time: start + 1_000 * (place * 9 + dice(9)),
      host,
      n: dice(10),
      version: place % 97 < 60 ? '1' : '2',
    };
  });
  return [...lines, { time: start + 2.5 * hour, host: 'd', n: 0, version: '1' }];
}

/** As Filebeat sends them over a bad network, and after an outage: by minutes to an hour out of order. */
function disordered(lines: Line[]): Line[] {
  const chance = diceOf(5);
  const dice = (most: number) => Math.floor(chance() * most);
  const last = lines.at(-1)!;
  const delay = (place: number) => (place > 0 && place % 5 === 0 ? dice(hour) : dice(20_000));
  const sorted = lines
    .slice(0, -1)
    .map((line, place) => ({ line, at: line.time + delay(place) }))
    .sort((a, b) => a.at - b.at)
    .map(({ line }) => line);
  return [...sorted, last];
}

/** A line of an access log, which states its time in seconds, as a shipper sends it that reads it 940 ms later. */
function documentOf({ time, host, n, version }: Line): string {
  const [, day, month, year, clock] = new Date(time).toUTCString().split(' ');
  const message = `192.0.2.1 - - [${day}/${month}/${year}:${clock} +0000] "GET /${n} HTTP/1.1" 200 612 "-" "-"`;
  const shipped = { host: { name: host }, agent: { id: 'one' }, event: { dataset: 'apache.access' } };
  return JSON.stringify({
    '@timestamp': new Date(time + 940).toISOString(),
    message,
    n,
    version,
    ...shipped,
  });
}

const configIn = (data: string): Config =>
  schema.parse({
    ...{ data, inputs: { lumberjack: { port: 0 } }, store: { port: 0 }, api: { port: 0 }, rules },
    ...{ log: { level: 'error' }, time: { idleAfter: '1m' }, journal: { tick: '50ms' } },
  });

/**
 * The transitions of a running server, once it has read all and has judged late events, which may wait for ten seconds: each rule has
 * transitions, and there are no others for a second.
 */
async function live(config: Config, documents: string[]): Promise<Transition[]> {
  const transitions: Transition[] = [];
  const onTransition = (transition: Transition) => void transitions.push(transition);
  const app = await startApp(config, { log: createLog(config.log), onTransition });
  try {
    const [host, port] = app.urls.lumberjack!.split(':');
    const client = await connect({ host: host!, port: Number(port) });
    for (let from = 0; from < documents.length; from += 50)
      await client.send(documents.slice(from, from + 50));
    client.close();
    const isSeen = (name: string) => transitions.some(({ rule }) => rule === name);
    for (
      let before = -1, waiting = 1;
      waiting > 0 || before !== transitions.length || !names.every(isSeen);
    ) {
      before = transitions.length;
      await sleep(1_000);
      waiting = (await app.status()).readers.analyser!.lag.records;
    }
    return transitions;
  } finally {
    await app.stop();
  }
}

describe('a backtest of events that are late and in another order', () => {
  const start = Math.floor((Date.now() - 4 * hour) / hour) * hour;
  const lines = disordered(linesFrom(start));

  it('writes the transition log of a live run, byte for byte, from the events and from the journal', async () => {
    const folder = aFolder();
    const config = configIn(`${folder}/data`);
    const documents = lines.map(documentOf);
    writeFileSync(`${folder}/events.ndjson.gz`, gzipSync(`${documents.join('\n')}\n`));
    const ran = await live(config, documents);
    const lived = transitionLog(ran, names);
    for (const name of names) expect(lived).toContain(`"rule":"${name}"`);
    expect(lived).toContain('"late":true');
    const ofJournal = await backtest({ config, inputs: [`journal:${folder}/data`], receivedAt: Date.now() });
    expect(transitionLog(ofJournal.transitions, names)).toBe(lived);
    const inputs = [`${folder}/events.ndjson.gz`];
    const ofEvents = await backtest({ config, inputs, receivedAt: Date.now() });
    // A file has no silence after its end that a server could have seen.
    const end = start + 2 * hour;
    const early = (transitions: readonly Transition[]) =>
      transitionLog(
        transitions.filter(({ at }) => at < end),
        names,
      );
    expect(early(ofEvents.transitions)).toBe(early(ran));
  });

  it('is that of a live run from the journal where some events are ahead, which count as of their receipt', async () => {
    const folder = aFolder();
    const config = configIn(`${folder}/data`);
    const ahead = lines.map((line, place) =>
      place % 60 === 30 ? { ...line, time: Date.now() + 5 * hour } : line,
    );
    const lived = transitionLog(await live(config, ahead.map(documentOf)), names);
    for (const name of names) expect(lived).toContain(`"rule":"${name}"`);
    expect(lived).toContain('"late":true');
    const ofJournal = await backtest({ config, inputs: [`journal:${folder}/data`], receivedAt: Date.now() });
    expect(transitionLog(ofJournal.transitions, names)).toBe(lived);
  });
});
