// npm run soak -- [--minutes 30] [--rate LINES] [--elasticsearch URL] [--seed N] [--calm]
// npm run soak -- --groups 100000 [--minutes 10]
// npm run soak -- --idle 10000
// Load, faults and restarts for a chosen time; ends with the balance sheet, and with 1 where it does not balance.
// With `--calm`: no faults, so that one process runs for the whole time.
// With `--idle`: so many connections that ship one window each and stay open; ends with 1 where one is closed or a window is lost.
// With `--groups`: so many groups that never return, under rules of all kinds; ends with 1 where memory grows after the first third.
import { parseArgs } from 'node:util';
import { build } from './build.mjs';

await build();
// By an exit of its own it takes the server with it.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
const { allFaults, calm, run } = await import('./soak/run.mjs');
const { sheet } = await import('./soak/sheet.mjs');
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    rate: { type: 'string', default: '1000' },
    elasticsearch: { type: 'string' },
    seed: { type: 'string' },
    groups: { type: 'string' },
    idle: { type: 'string' },
    calm: { type: 'boolean' },
  },
});
if (values.idle) {
  const { idleSheet, runIdle } = await import('./soak/idle.mjs');
  const tell = (sample) => console.error(JSON.stringify(sample));
  const { text, isGood } = idleSheet(await runIdle({ count: Number(values.idle), tell }));
  console.log(text);
  process.exit(isGood ? 0 : 1);
}
const length = Number(values.minutes) * 60_000;
if (values.groups) {
  const { groupsSheet, runGroups } = await import('./soak/groups.mjs');
  const tell = (sample) => console.error(JSON.stringify(sample));
  const found = await runGroups({ groups: Number(values.groups), seconds: length / 1000, tell });
  const { text, isGood } = groupsSheet(found);
  console.log(text);
  process.exit(isGood ? 0 : 1);
}
const began = Date.now();
const balance = await run({
  until: began + length,
  // Some faults come at once, and now and then it is left alone for long enough that a leak would show.
  uptime: values.calm ? length : Math.min(length / 8, 180_000),
  of: values.calm ? [calm] : allFaults,
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
