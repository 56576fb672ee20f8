// node scripts/crash.mjs --kills 100 [--seed N] [--rate LINES] [--uptime MS] [--elasticsearch URL]
// Kills the built server with SIGKILL at random moments, and compares everything with its truth.
import { parseArgs } from 'node:util';
import { build } from './build.mjs';

await build();
// By an exit of its own it takes the server with it.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
const { run } = await import('./soak/run.mjs');
const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    seed: { type: 'string' },
    rate: { type: 'string', default: '1000' },
    uptime: { type: 'string', default: '800' },
    elasticsearch: { type: 'string' },
  },
});
const { kills, seed, rate, uptime, elasticsearch } = values;
const found = await run({
  times: Number(kills),
  rate: Number(rate),
  uptime: Number(uptime),
  ...(seed && { seed: Number(seed) }),
  ...(elasticsearch && { elasticsearch }),
  tell({ times }, traffic) {
    if (times % 10 === 0) console.error(`${times} kills, ${traffic.sent} lines`);
  },
});
const { memory: _, ...told } = found;
console.log(JSON.stringify(told, (_key, value) => (Array.isArray(value) ? value.slice(0, 10) : value), 2));
process.exit(found.balanced ? 0 : 1);
