import { defineConfig } from 'vitest/config';

// Where `TEST_REPORT` names a file, the results are also written there, as JSON.
const report = process.env.TEST_REPORT;

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Most tests wait for timers and sockets, not for a processor.
    maxWorkers: 3,
    testTimeout: 20_000,
    hookTimeout: 30_000,
    restoreMocks: true,
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
  },
});
