import { defineConfig } from 'vitest/config';

/** Tests against real peers (Filebeat, Elasticsearch): one file at a time, for the peers are heavy. */
export default defineConfig({
  test: {
    // Whole servers, real peers and real clocks: in CI a test may be unlucky once, and says so; it may not be twice.
    retry: process.env.CI ? 1 : 0,
    include: ['test/real/**/*.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 900_000,
    expect: { poll: { timeout: 30_000, interval: 50 } },
    fileParallelism: false,
  },
});
