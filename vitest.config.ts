// Everything that needs no outside service. With AUTHCHART_TEST_REPORT set, the counts are written there as JSON.
import { defineConfig } from 'vitest/config';

const report = process.env['AUTHCHART_TEST_REPORT'];

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // More than there are cores: most tests wait for sockets and timers.
    maxWorkers: 4,
    // One process for many files: a third of the time went into loading the same modules again.
    isolate: false,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    expect: { poll: { timeout: 10_000 } },
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
  },
});
