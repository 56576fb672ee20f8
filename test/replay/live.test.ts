import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { startApp } from '../../src/app/app.ts';
import { type Config, type ConfigInput, schema } from '../../src/config/schema/schema.ts';
import { connect } from '../../src/generator/client.ts';
import type { Transition } from '../../src/model.ts';
import { backtest } from '../../src/replay/backtest.ts';
import { transitionLog } from '../../src/replay/replay.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { filebeatEvent } from '../support/events.ts';
import { aFolder } from '../support/folder.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const path = `${root}test/fixtures/apache-combined.log`;
/**
 * The real lines are out of order by up to a minute, which in silence a live server would have to wait for. So one line
 * follows an hour later, which moves the clock; it raises an alert, too, for silence to resolve.
 */
const closing = '192.0.2.7 - - [20/May/2015:22:30:00 +0000] "GET /big HTTP/1.1" 200 2000000 "-" "-"';
const text = `${readFileSync(path, 'utf8').trimEnd()}\n${closing}\n`;
const lines = text.trimEnd().split('\n');

/** Every way to an alert: early, at the window's end, per group, after `for`, with hysteresis and a long goodbye. */
const rules: ConfigInput['rules'] = [
  {
    name: 'burst',
    over: '5s',
    every: '1s',
    lateness: '1m',
    when: '>= 14',
    recover: '< 9',
    notify: ['log'],
  },
  { name: 'client', by: ['source.ip'], over: '4s', lateness: '1m', when: '>= 6', cooldown: '5m' },
  {
    name: 'missing',
    where: 'event.dataset: "apache.access" and http.response.status_code: *',
    measure: 'share(http.response.status_code >= 400)',
    by: ['host.name'],
    over: '30s',
    every: '10s',
    lateness: '1m',
    when: '>= 0.1',
    minCount: 20,
    for: '10s',
    keepActiveFor: '20s',
    noData: 'recover',
  },
  { name: 'bytes', measure: 'max(http.response.body.bytes)', over: '2s', lateness: '0s', when: '> 1000000' },
];

const configIn = (data: string): Config =>
  schema.parse({
    data,
    inputs: { lumberjack: { port: 0 } },
    store: { port: 0 },
    api: { port: 0 },
    log: { level: 'error' },
    time: { idleAfter: '2s' },
    journal: { tick: '50ms' },
    // Transitions are compared. The documents of the windows, hundreds of thousands in four days, would take most of the time.
    rules: rules!.map((rule) => ({ ...rule, record: false })),
  });

/** The lines as Filebeat ships them, in windows of many sizes. */
function* windows(documents: string[]): Generator<string[]> {
  const sizes = [1, 7, 2_048, 64, 500];
  for (let at = 0, turn = 0; at < documents.length; turn += 1) {
    const size = sizes[turn % sizes.length]!;
    yield documents.slice(at, at + size);
    at += size;
  }
}

/** What a running server says of the events, once silence has resolved what it resolves. */
async function live(config: Config, documents: string[], wanted: number) {
  const transitions: Transition[] = [];
  const log = createLog(config.log);
  const app = await startApp(config, {
    log,
    onTransition: (transition) => void transitions.push(transition),
  });
  try {
    const [host, port] = app.urls.lumberjack!.split(':');
    const client = await connect({ host: host!, port: Number(port) });
    await Promise.all([...windows(documents)].map((window) => client.send(window)));
    client.close();
    const until = performance.now() + 40_000;
    while (transitions.length < wanted && performance.now() < until) await sleep(50);
    // What is too much would come now.
    await sleep(500);
    const asked = `alert=${encodeURIComponent(transitions[0]!.episode)}`;
    const response = await fetch(`${app.urls.api}/explain?${asked}`);
    return { transitions, explained: (await response.json()) as { answer: string } };
  } finally {
    await app.stop();
  }
}

const names = rules!.map(({ name }) => name);
const fields = { 'event.dataset': 'apache.access', 'host.name': 'web-1' };

describe('a backtest of the 10,000 real lines', () => {
  it('writes the transition log of a live run over Beats, byte for byte', async () => {
    const folder = aFolder();
    const config = configIn(`${folder}/data`);
    const documents = lines.map((message) => JSON.stringify(filebeatEvent(message, shipped)));
    const receivedAt = Date.now();
    const plain = `${folder}/access.log`;
    const shippedEvents = `${folder}/events.ndjson.gz`;
    writeFileSync(plain, text);
    writeFileSync(shippedEvents, gzipSync(`${documents.join('\n')}\n`));

    const ofLines = await backtest({ config, inputs: [plain], fields, receivedAt });
    const ofEvents = await backtest({ config, inputs: [shippedEvents], receivedAt });
    const ran = await live(config, documents, ofLines.transitions.length);

    const lived = transitionLog(ran.transitions, names);
    expect(ran.explained.answer).toContain(`: ${ran.transitions[0]!.reason}.`);
    expect(lived.split('\n').length).toBeGreaterThan(400);
    for (const name of names) expect(lived).toContain(`"rule":"${name}"`);
    expect(transitionLog(ofLines.transitions, names)).toBe(lived);
    expect(transitionLog(ofEvents.transitions, names)).toBe(lived);

    const ofJournal = await backtest({ config, inputs: [`journal:${folder}/data`], receivedAt });
    expect(transitionLog(ofJournal.transitions, names)).toBe(lived);
  });
});

const shipped = { event: { dataset: 'apache.access' }, host: { name: 'web-1' } };
