// `npm run bench:check`: whether events became dearer since the recorded run. It compares ratios to JSON.parse in the same run, of which a
// busy machine changes less than of CPU seconds, and allows for noise. `npm run bench:check -- --record` records the present ratios.
import { readFileSync, writeFileSync } from 'node:fs';
import { print } from './table.mjs';
import { usual, wholeWay } from './whole/matrix.mjs';

const file = new URL('./recorded.json', import.meta.url);
/** A case fails below this part of what was recorded. Runs on a busy machine differ by up to a quarter. */
const margin = 0.7;

const shares = await wholeWay({ only: usual.kind, peers: false });
if (process.argv.includes('--record')) {
  writeFileSync(file, `${JSON.stringify(shares, null, 2)}\n`);
} else {
  const recorded = JSON.parse(readFileSync(file, 'utf8'));
  const verdicts = Object.entries(recorded).map(([title, before]) => {
    const now = shares[title] ?? 0;
    return { title, before, now, isWorse: now < margin * before };
  });
  const rows = verdicts.map(({ title, before, now, isWorse }) => [
    title,
    before.toFixed(3),
    now.toFixed(3),
    isWorse ? 'WORSE' : 'as before',
  ]);
  print('Events a CPU second, of JSON.parse', [['', 'recorded', 'now', ''], ...rows]);
  if (verdicts.some(({ isWorse }) => isWorse)) process.exitCode = 1;
}
