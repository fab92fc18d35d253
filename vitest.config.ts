// Everything that needs no outside service. With AUTHCHART_TEST_REPORT set, the counts are written there as JSON.
import { defineConfig } from 'vitest/config';

const report = process.env['AUTHCHART_TEST_REPORT'];

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/programs.ts'],
    // As many as small machines have cores: each loads all modules again.
    maxWorkers: 2,
    // One process for many files: a third of the time went into loading the same modules again.
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 10_000 } },
    reporters: report === undefined ? ['default'] : ['default', ['json', { outputFile: report }]],
  },
});
