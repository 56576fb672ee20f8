// What parsing costs: megabytes of access lines a CPU second, and microseconds and the slowest line of grok: node benchmarks/parsers.mjs [FILE]
import { readFileSync } from 'node:fs';
import { parsers } from '../dist/config/schema/parsers.js';
import { LineWrapper } from '../dist/events/index.js';
import { EventReader } from '../dist/parsers/event.js';
import { median } from './table.mjs';

const path = process.argv[2] ?? new URL('../test/fixtures/apache-combined.log', import.meta.url);
const text = readFileSync(path);
const block = new LineWrapper({ '@timestamp': '2026-11-20T10:00:00.000Z' }).wrap(text);
const batch = { origin: { input: 'bench', connection: 'bench', address: '' }, receivedAt: Date.now() };
const rounds = 9;

/**
 * Reads time and status of each line, as a rule does. Returns CPU seconds of the median round, and the milliseconds of the slowest line: of each
 * line the least of all rounds, because what garbage collection and other programs add does not come back at the same line.
 */
function read(config, perLine) {
  const reader = new EventReader({ parsers: parsers.parse(config), time: { zone: 'UTC' } });
  const seconds = [];
  const least = new Float64Array(block.count).fill(Number.POSITIVE_INFINITY);
  for (let round = 0; round <= rounds; round += 1) {
    const before = process.cpuUsage();
    reader.open(block, batch);
    for (let event = reader.next(); event; event = reader.next()) {
      const began = perLine ? process.cpuUsage() : undefined;
      if (event.time === 0 || event.get('http.response.status_code') === 0)
        throw new Error('not a line of the log');
      if (round < 2 || began === undefined) continue;
      const { user, system } = process.cpuUsage(began);
      least[event.index] = Math.min(least[event.index], (user + system) / 1_000);
    }
    const { user, system } = process.cpuUsage(before);
    if (round > 0) seconds.push((user + system) / 1e6);
  }
  return { seconds: median(seconds), slowest: least.reduce((most, one) => Math.max(most, one), 0) };
}

const access = read({});
const megabytes = text.length / 1e6;
console.log(
  `access: ${(megabytes / access.seconds).toFixed(0)} MB per CPU second, ${((1e6 * access.seconds) / block.count).toFixed(2)} µs a line of ${Math.round(text.length / block.count)} bytes`,
);

const formats = { combined: { grok: '%{COMBINEDAPACHELOG}' } };
const grok = { default: 'combined', formats };
const { seconds } = read(grok, false);
const { slowest } = read(grok, true);
console.log(
  `grok: ${((1e6 * seconds) / block.count).toFixed(2)} µs a line, the slowest ${slowest.toFixed(2)} ms`,
);
