// When tokens are bound to a key, and what may be used: every mode, with all that servers and resources may say.
import { describe, expect, test } from 'vitest';
import {
  type DpopMode,
  dpopServerFailure,
  dpopTokenFailure,
  isOutgrown,
  isUsableGrant,
  wantsKey,
} from '../../protocol/dpopPolicy.ts';

const issuer = 'https://as.example';
const modes: readonly DpopMode[] = ['off', 'preferred', 'required'];
const server = (...dpopAlgorithms: string[]) => ({ issuer, dpopAlgorithms });
const silent = server();
const ours = server('RS256', 'ES256');
const others = server('RS256', 'EdDSA', 'es256');

describe('dpopServerFailure (EXT-5)', () => {
  test('only a server that lists other algorithms, and only where DPoP is required', () => {
    for (const mode of modes) {
      expect(dpopServerFailure(mode, silent)).toBeUndefined();
      expect(dpopServerFailure(mode, ours)).toBeUndefined();
    }
    expect(dpopServerFailure('off', others)).toBeUndefined();
    expect(dpopServerFailure('preferred', others)).toBeUndefined();
    expect(dpopServerFailure('required', others)).toStrictEqual({
      code: 'dpop_unsupported',
      phase: 'discovering',
      recovery: 'none',
      message: `${issuer} takes no DPoP proofs signed with ES256, and this client requires DPoP; nothing was sent, ask its operator, or require less with client.dpop.`,
      issuer,
    });
  });
});

describe('wantsKey (EXT-5)', () => {
  test.each([
    ['off', silent, false, false],
    ['off', ours, true, false],
    ['off', others, true, false],
    ['preferred', silent, false, false],
    ['preferred', silent, true, true],
    ['preferred', ours, false, true],
    ['preferred', ours, true, true],
    ['preferred', server('ES256'), false, true],
    ['preferred', server('RS256'), false, false],
    ['preferred', others, false, false],
    ['preferred', others, true, false],
    ['required', silent, false, true],
    ['required', ours, false, true],
    ['required', ours, true, true],
    ['required', others, true, false],
  ] as const)('%s, %j, demanded by the resource: %s: %s', (mode, at, isDemanded, expected) => {
    expect(wantsKey(mode, at, isDemanded)).toBe(expected);
  });
});

describe('dpopTokenFailure (T06)', () => {
  test('EXT-5: only a token that anybody can use, and only where DPoP is required', () => {
    for (const mode of modes) expect(dpopTokenFailure(mode, true, issuer, 'renewing')).toBeUndefined();
    expect(dpopTokenFailure('off', false, issuer, 'renewing')).toBeUndefined();
    expect(dpopTokenFailure('preferred', false, issuer, 'renewing')).toBeUndefined();
    expect(dpopTokenFailure('required', false, issuer, 'renewing')).toStrictEqual({
      code: 'dpop_downgraded',
      phase: 'renewing',
      recovery: 'none',
      message: `${issuer} was asked for a token that is bound to a key, and issued one that anybody can use; it was not kept, tell the server's operator, or require less with client.dpop.`,
      issuer,
    });
  });
});

describe('isUsableGrant (EXT-5)', () => {
  test.each([
    ['bound, with its key', true, true, true, modes],
    ['bound, with a key that cannot be read', true, true, false, []],
    ['bound, and its key is gone', true, false, false, []],
    ['not bound, with a key for the token endpoint', false, true, true, ['off', 'preferred']],
    ['not bound, with a key that cannot be read', false, true, false, []],
    ['not bound, without a key', false, false, false, ['off', 'preferred']],
  ] as const)('%s', (_what, isBound, hasKey, isReadable, usable) => {
    expect(modes.filter((mode) => isUsableGrant(mode, { isBound, hasKey, isReadable }))).toEqual(usable);
  });
});

describe('isOutgrown (EXT-5)', () => {
  test('a token that is not bound, where DPoP is preferred and the resource demands it', () => {
    const all = modes.flatMap((mode) =>
      [true, false].flatMap((isBound) =>
        [true, false].map((isDemanded) => [mode, isBound, isDemanded] as const),
      ),
    );
    expect(all.filter((given) => isOutgrown(...given))).toEqual([['preferred', false, true]]);
  });
});
