// npm run soak -- [--minutes 30] [--rate LINES] [--elasticsearch URL] [--seed N]
// Load, faults and restarts for a chosen time; ends with the balance sheet, and with 1 where it does not balance.
import { parseArgs } from 'node:util';
import { build } from './build.mjs';

build();
// By an exit of its own it takes the server with it.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
const { allFaults, run } = await import('./soak/run.mjs');
const { sheet } = await import('./soak/sheet.mjs');
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    rate: { type: 'string', default: '1000' },
    elasticsearch: { type: 'string' },
    seed: { type: 'string' },
  },
});
const length = Number(values.minutes) * 60_000;
const began = Date.now();
const balance = await run({
  until: began + length,
  // Some faults come at once, and now and then it is left alone for long enough that a leak would show.
  uptime: Math.min(length / 8, 180_000),
  of: allFaults,
  failing: 0.01,
  density: 10,
  rate: Number(values.rate),
  patience: 60_000,
  ...(values.seed && { seed: Number(values.seed) }),
  ...(values.elasticsearch && { elasticsearch: values.elasticsearch }),
  tell({ times, faults }, { sent }) {
    console.error(`${Math.round((Date.now() - began) / 1000)} s: ${times} faults, ${sent} lines`, faults);
  },
});
console.log(sheet(balance));
process.exit(balance.balanced ? 0 : 1);
