import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { patience } from './test/support/patience.ts';
import { LongFilesFirst } from './test/support/vitest/sequencer.ts';

/**
 * Files that replace modules of others (`vi.mock`), change what belongs to the whole process, or measure its memory or processor time: what other files
 * left would count, and be searched by each collection of garbage.
 */
const alone = [
  'test/journal/failure.test.ts',
  'test/lumberjack/decoder-memory.test.ts',
  'test/engine/many-groups.test.ts',
  'test/fuzz/fuzz.test.ts',
  'test/util/detached.test.ts',
  'packages/store/test/storage/memory.test.ts',
];
const real = 'test/real/**';

const sourceOf = (name: string) => fileURLToPath(new URL(`packages/${name}/src/index.ts`, import.meta.url));

export default defineConfig({
  // The packages' sources are tested, not what the last build made of them.
  resolve: { alias: { '@logboom/common': sourceOf('common'), '@logboom/store': sourceOf('store') } },
  test: {
    // Whole servers, real peers and real clocks: in CI a test may be unlucky once, and says so; it may not be twice.
    retry: process.env.CI ? 1 : 0,
    testTimeout: 120_000 * patience,
    hookTimeout: 120_000 * patience,
    expect: { poll: { timeout: 20_000 * patience, interval: 20 } },
    // Where servers are tested much of the time is spent waiting: a third process makes use of that, also on two cores.
    maxWorkers: Math.max(3, availableParallelism() - 1),
    sequence: { sequencer: LongFilesFirst },
    projects: [
      { extends: true, test: { name: 'alone', include: alone } },
      {
        extends: true,
        test: {
          // Files of one test process share the modules that it has loaded: loading them for each file took a third of the time.
          isolate: false,
          name: 'all',
          // Worker threads and commands run the build. It is made once, before the tests: a test that built would change files
          // under the servers of others.
          globalSetup: 'test/support/vitest/build.ts',
          include: ['{test,packages/*/test}/**/*.test.ts'],
          exclude: [...alone, real],
        },
      },
    ],
  },
});
