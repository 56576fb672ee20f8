import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Whole servers, real peers and real clocks: in CI a test may be unlucky once, and says so; it may not be twice.
    retry: process.env.CI ? 1 : 0,
    include: ['test/**/*.test.ts'],
    exclude: ['test/real/**'],
    testTimeout: 20_000,
    hookTimeout: 20_000,
  },
});
