import { defineConfig } from 'vitest/config';

// Where `TEST_REPORT` names a file, the results are also written there, as JSON.
const report = process.env.TEST_REPORT;

/** Tests that begin processes, browsers and whole Parleys: each file in a process of its own. */
const large = ['test/e2e/**/*.test.ts', 'test/page/**/*.test.ts', 'test/files/**/*.test.ts'];

export default defineConfig({
  test: {
    // Most tests wait for timers and sockets, not for a processor.
    maxWorkers: 3,
    testTimeout: 20_000,
    hookTimeout: 30_000,
    restoreMocks: true,
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
    projects: [
      { extends: true, test: { name: 'large', include: large } },
      {
        extends: true,
        // To load the SDKs once takes longer than most of these files.
        test: { name: 'small', include: ['test/**/*.test.ts'], exclude: large, isolate: false },
      },
    ],
  },
});
