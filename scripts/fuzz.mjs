// `npm run fuzz [seconds for each target] [target]`: changes the corpus in test/fuzz/corpus at random and runs the result.
// What breaks something is written into the corpus, where the suite finds it from then on.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const [seconds = '60', target] = process.argv.slice(2);
const seed = process.env.FUZZ_SEED ?? String(Date.now() % 2 ** 32);
console.log(`seed ${seed}`);
const { status } = spawnSync(
  process.execPath,
  [fileURLToPath(new URL('vitest.mjs', import.meta.url)), 'run', 'test/fuzz/fuzz'],
  {
    stdio: 'inherit',
    env: { ...process.env, FUZZ_SECONDS: seconds, FUZZ_SEED: seed, ...(target && { FUZZ_TARGET: target }) },
  },
);
process.exit(status ?? 1);
