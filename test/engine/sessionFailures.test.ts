// What a session says itself, where its chart has nothing to tell: each failure names the resource, and what to do.
import { describe, expect, it } from 'vitest';
import { refuseDisposed } from '../../engine/disposed.ts';
import { beyondCeiling, notFinished, notLoggedIn, notSignedOut } from '../../engine/sessionFailures.ts';
import { full } from './contexts.ts';

const { session } = full;

describe('a failure of a session', () => {
  it.each([
    [
      beyondCeiling(session, ['write', 'admin']),
      'scope_not_allowed',
      'authorizing',
      'The login for https://mcp.example/mcp asks for "write admin", which is beyond what this client may ask for; widen its scope ceiling to allow it.',
    ],
    [
      notFinished(session),
      'cancelled',
      'authorizing',
      'The login for https://mcp.example/mcp was ended before it was finished: by a sign-out, a cancel, or the end of its engine; log in again when you want to.',
    ],
    [
      notSignedOut(session),
      'cancelled',
      'signingOut',
      'The engine, or the chart, of the session for https://mcp.example/mcp has ended before the sign-out did; sign out with another one.',
    ],
    [
      notLoggedIn(session),
      'interaction_required',
      'requesting',
      'Nobody is logged in at https://mcp.example/mcp; call login() first.',
    ],
  ])('%# says what it is, and of which resource', (failed, code, phase, message) => {
    expect(failed).toMatchObject({ code, phase, message });
  });
});

describe('an engine that was disposed of', () => {
  it('HOST-2: says what to do', () => {
    expect(() => refuseDisposed({ closing: AbortSignal.abort() })).toThrow(
      expect.objectContaining({
        code: 'engine_disposed',
        phase: 'configuring',
        message:
          'This engine was disposed of and does nothing any more; make another one with createAuthEngine.',
      }),
    );
  });

  it('HOST-2: refuses nothing before', () => {
    expect(refuseDisposed({ closing: new AbortController().signal })).toBeUndefined();
  });
});
