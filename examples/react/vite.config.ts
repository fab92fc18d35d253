// The Vite app. Your own app needs no alias: it finds authchart in node_modules. Here the sources of this clone are used.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const source = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  resolve: {
    alias: [
      { find: /^authchart$/, replacement: source('index.ts') },
      { find: /^authchart\/(browser|react)$/, replacement: source('adapters/$1.ts') },
    ],
  },
  // 127.0.0.1 is a secure context, and the redirect URI is the same in each start.
  server: { host: '127.0.0.1', port: 5173, strictPort: true },
  preview: { host: '127.0.0.1' },
});
