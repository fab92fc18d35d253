// How runs of the official suite are judged: nothing but a clean pass passes, and a silent suite is never expected.
import { expect, test } from 'vitest';
import { type Evidence, judge, type Outcome, type Run, summarize } from './verdict.ts';

function check(status: string): { id: string; name: string; status: string; description: string } {
  return { id: 'a-check', name: 'A check', status, description: `it is ${status}` };
}

const CLEAN: Evidence = {
  checks: [check('SUCCESS'), check('INFO')],
  suiteExit: 0,
  log: '',
  trouble: undefined,
};

test.each<{ name: string; evidence: Partial<Evidence>; required: Outcome; allowed: Outcome }>([
  { name: 'all checks pass', evidence: {}, required: 'passed', allowed: 'unexpected pass' },
  {
    name: 'a check fails',
    evidence: { checks: [check('SUCCESS'), check('FAILURE')], suiteExit: 1 },
    required: 'failed',
    allowed: 'expected failure',
  },
  {
    name: 'a check warns, whatever the suite makes of it',
    evidence: { checks: [check('SUCCESS'), check('WARNING')], suiteExit: 0 },
    required: 'failed',
    allowed: 'expected failure',
  },
  {
    name: 'the client ends with an error',
    evidence: { suiteExit: 1, log: '\nClient exited with code 3\n' },
    required: 'failed',
    allowed: 'expected failure',
  },
  { name: 'no checks are written', evidence: { checks: undefined }, required: 'broken', allowed: 'broken' },
  {
    name: 'nothing is checked',
    evidence: { checks: [check('INFO'), check('SKIPPED')] },
    required: 'broken',
    allowed: 'broken',
  },
  { name: 'the deadline is missed', evidence: { trouble: 'late' }, required: 'broken', allowed: 'broken' },
])('when $name: $required if required, $allowed if it may fail', ({ evidence, required, allowed }) => {
  expect(judge({ ...CLEAN, ...evidence }, false).outcome).toBe(required);
  expect(judge({ ...CLEAN, ...evidence }, true).outcome).toBe(allowed);
});

test('the exit code of the client is read from the log, and is the problem when no check is', () => {
  const evidence = { ...CLEAN, suiteExit: 1, log: 'Checks:\n\nClient exited with code 3\n\nStdout:\n' };
  expect(judge(evidence, false)).toMatchObject({
    clientExit: 3,
    problems: [{ name: 'client', message: 'ended with exit code 3' }],
  });
});

test('the last line tells core, extensions and expected failures apart', () => {
  const base = { wire: '2025-11-25', seconds: 1, clientExit: 0, warnings: 0, problems: [] } as const;
  const core: Run = { ...base, scenario: 'auth/a', kind: 'core', outcome: 'passed' };
  const expected: Run = { ...base, scenario: 'auth/b', kind: 'extension', outcome: 'expected failure' };
  const extension: Run = { ...base, scenario: 'auth/c', kind: 'extension', outcome: 'passed' };
  expect(summarize([core, core, expected], 41.4)).toEqual({
    line: 'conformance: 2 of 2 core runs passed, 0 warnings; 1 expected failures (1 scenarios) in 41 s',
    ok: true,
  });
  expect(summarize([core, { ...extension, outcome: 'unexpected pass' }], 1)).toEqual({
    line: 'conformance: 1 of 1 core runs and 0 of 1 extension runs passed, 0 warnings; 0 expected failures (0 scenarios) in 1 s',
    ok: false,
  });
  expect(summarize([core, { ...core, outcome: 'failed', warnings: 2 }], 1).line).toContain(
    '1 of 2 core runs passed, 2 warnings',
  );
  expect(summarize([core, { ...expected, outcome: 'broken' }], 1).ok).toBe(false);
  expect(summarize([], 1).ok).toBe(false);
});
