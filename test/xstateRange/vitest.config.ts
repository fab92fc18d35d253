// Runs tests with another version of xstate: the one in the folder that XSTATE_FOLDER names.
import { defineConfig } from 'vitest/config';

const folder = process.env['XSTATE_FOLDER'];
if (folder === undefined) throw new Error('XSTATE_FOLDER must name the folder of xstate.');

export default defineConfig({
  resolve: { alias: [{ find: /^xstate$/, replacement: folder }] },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/programs.ts'],
    maxWorkers: 2,
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 20_000 } },
  },
});
