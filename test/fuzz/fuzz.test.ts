import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attempt, campaign, corpusOf, type Target } from './campaign.ts';
import { pureTargets } from './pure-targets.ts';
import { openStoreTargets } from './store-targets.ts';
import { type Watchdog, watchdog } from './watchdog.ts';

/** `npm run fuzz` sets these; in the suite each target has a moment, with the same inputs every time. */
const seconds = Number(process.env.FUZZ_SECONDS || 0.3);
const seed = Number(process.env.FUZZ_SEED || 1);

const names = [
  ...Object.keys(pureTargets),
  'store-search',
  'store-query-string',
  'store-bulk',
  'store-requests',
].filter((name) => (process.env.FUZZ_TARGET || name) === name);

let targets: Record<string, Target>;
let watch: Watchdog;
let close: () => Promise<void>;
const hangs = mkdtempSync(join(tmpdir(), 'logboom-hang-'));

beforeAll(async () => {
  const store = await openStoreTargets();
  targets = { ...pureTargets, ...store.targets };
  close = store.close;
  watch = watchdog(hangs);
});
afterAll(async () => {
  await watch.stop();
  await close();
  rmSync(hangs, { recursive: true, force: true });
});

describe.each(names)('%s', (name) => {
  it('takes every input that is kept without a crash, a hang or much memory', async () => {
    const inputs = corpusOf(name);
    expect(inputs.length).toBeGreaterThan(0);
    for (const { file, bytes } of inputs)
      await attempt(targets[name]!, bytes, watch).catch((error: Error) => {
        throw new Error(`${name}/${file}: ${error.message}`, { cause: error });
      });
    await targets[name]!.tidy?.();
  });

  it('takes what mutation makes of them', { timeout: (seconds + 60) * 1000 }, async () => {
    const { runs, outcomes, broken } = await campaign(name, targets[name]!, { seconds, seed, watch });
    if (process.env.FUZZ_SECONDS) console.log(`${name}: ${runs} inputs, ${outcomes} outcomes`);
    expect(broken.map(({ file, error }) => `${file}: ${(error as Error).stack}`)).toEqual([]);
    expect(runs).toBeGreaterThan(0);
  });
});
