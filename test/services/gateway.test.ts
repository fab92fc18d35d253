// The example of a gateway, as a person runs it, on each server that replicas can share.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const homes = [
  ['PostgreSQL', 'DATABASE_URL', process.env['AUTHCHART_TEST_POSTGRES']],
  ['Redis', 'REDIS_URL', process.env['AUTHCHART_TEST_REDIS']],
] as const;

for (const [name, variable, url] of homes) {
  if (url === undefined) console.info(`Skipped: the example of a gateway on ${name}, because there is none.`);
  describe.skipIf(url === undefined)(`npm run example:gateway on ${name}`, () => {
    test('AUTHZ-10, TOK-5, A18: every claim of it holds', { timeout: 120_000 }, async () => {
      const env = { ...process.env, DATABASE_URL: '', REDIS_URL: '', [variable]: url };
      const { stdout } = await run('npm', ['run', '--silent', 'example:gateway'], { cwd: ROOT, env });
      const claims = stdout.split('\n').filter((line) => /^[✓✗]/.test(line));
      expect(claims.length).toBeGreaterThan(6);
      expect(claims.filter((line) => line.startsWith('✗'))).toEqual([]);
    });
  });
}
