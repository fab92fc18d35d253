// A Vite app, built by Vite itself, on loopback.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, type InlineConfig, preview } from 'vite';

export interface ViteSite {
  readonly origin: string;
  close(): Promise<void>;
}

/**
 * Builds the app of this configuration, and serves what was built. It has the development build of React, in which StrictMode
 * mounts twice and mistakes are told. Close it at the end of the tests.
 */
export async function startViteSite(config: InlineConfig): Promise<ViteSite> {
  const outDir = await mkdtemp(join(tmpdir(), 'authchart-vite-'));
  const quiet: InlineConfig = { ...config, logLevel: 'warn', mode: 'development' };
  await build({
    ...quiet,
    build: { outDir, emptyOutDir: true, chunkSizeWarningLimit: Number.POSITIVE_INFINITY },
  });
  const server = await preview({
    ...quiet,
    build: { outDir },
    preview: { host: '127.0.0.1', port: 0 },
  });
  const origin = new URL(server.resolvedUrls?.local[0] ?? '').origin;
  return {
    origin,
    async close() {
      await server.close();
      await rm(outDir, { recursive: true, force: true });
    },
  };
}
