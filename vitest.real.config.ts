import { defineConfig } from 'vitest/config';

/** Tests against real peers (Filebeat, Elasticsearch): one file at a time, for the peers are heavy. */
export default defineConfig({
  test: {
    include: ['test/real/**/*.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 900_000,
    fileParallelism: false,
  },
});
