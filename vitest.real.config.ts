import { defineConfig } from 'vitest/config';
import base from './vitest.config.ts';

/** Tests against real peers (Filebeat, Elasticsearch): one file at a time, for the peers are heavy. */
export default defineConfig({
  resolve: base.resolve!,
  test: {
    globalSetup: 'test/support/vitest/build.ts',
    // Whole servers, real peers and real clocks: in CI a test may be unlucky once, and says so; it may not be twice.
    retry: process.env.CI ? 1 : 0,
    include: ['test/real/**/*.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 900_000,
    expect: { poll: { timeout: 30_000, interval: 50 } },
    fileParallelism: false,
  },
});
