// The engine of one version alone: `node benchmarks/engine/side.mjs FOLDER FILE RATE`. It reads encoded windows from the file, and answers
// each message with the microseconds of CPU that an event cost in one round over all of them, and a digest of the outputs.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder, file, rate] = process.argv.slice(2);

/** A module of that version. Versions before a move have it at another place. */
const load = (...places) =>
  import(pathToFileURL(places.map((place) => join(folder, 'dist', place)).find((path) => existsSync(path))));

const { schema } = await load('config/schema/schema.js', 'config/schema.js');
const { assembleEngine } = await load('engine/assemble-engine.js', 'pipeline/assemble-engine.js');
const { Decoder } = await load('lumberjack/decoder.js');
const { defaultLimits } = await load('lumberjack/limits.js', 'lumberjack/frames.js');
const { startStatistics } = await load('readers/analyser/statistics.js', 'model.js');

const config = schema.parse({ data: '.', rules: [{ name: 'each-second', over: '1s', lateness: '1s' }] });
const origin = { input: 'lumberjack', connection: '127.0.0.1:1#1', address: '127.0.0.1' };
const start = Date.parse('2026-06-01T00:00:00Z');

/** The windows of the file, each behind its length. */
function* read(bytes) {
  for (let at = 0; at < bytes.length; ) {
    const end = at + 4 + bytes.readUInt32BE(at);
    yield bytes.subarray(at + 4, end);
    at = end;
  }
}

const received = [...read(readFileSync(file))].map((bytes) => new Decoder(defaultLimits).push(bytes)[0]);
let events = 0;
const records = received.map(({ payload, block }, index) => {
  const receivedAt = start + Math.floor((events / Number(rate)) * 1000);
  events += block.count;
  const record = { kind: 'events', origin, receivedAt, encoding: 'lumberjack', count: block.count, payload };
  return [{ ...record, position: index + 1 }, block];
});

function round() {
  const watch = startStatistics?.(config.statistics, start).watch;
  const engine = assembleEngine(config, watch && { watch });
  const digest = createHash('sha256');
  const before = process.cpuUsage();
  const outputs = records.map(([record, block]) => engine.process(record, block));
  const { user, system } = process.cpuUsage(before);
  digest.update(JSON.stringify(outputs));
  return { cost: (user + system) / events, outputs: digest.digest('hex').slice(0, 12) };
}

process.on('message', () => process.send(round()));
process.send({ events });
