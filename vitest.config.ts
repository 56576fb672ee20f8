import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { patience } from './test/support/patience.ts';

/**
 * Folders whose tests hold nothing beyond themselves: no server, thread, environment or file that stays open. Their files
 * share the modules that a test process has loaded already, which halves their time.
 */
const pure = ['alerts', 'config', 'events', 'listeners', 'lumberjack', 'parsers', 'rules', 'windows'].map(
  (folder) => `test/${folder}/**/*.test.ts`,
);
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
    projects: [
      {
        extends: true,
        test: { name: 'servers', include: ['{test,packages/*/test}/**/*.test.ts'], exclude: [...pure, real] },
      },
      { extends: true, test: { name: 'pure', include: pure, exclude: [real], isolate: false } },
    ],
  },
});
