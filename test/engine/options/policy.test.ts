// The policy, option by option where it is judged here: what is said of one that is refused, and which fit together.
import { describe, expect, it } from 'vitest';
import { policy } from '../../../engine/options/policy.ts';
import { sentenceOf } from './verdict.ts';

const said = (value: unknown) => sentenceOf(() => policy(value, 'policy'));

describe('the policy', () => {
  it.each<[object, string]>([
    [{ interaction: 'never' }, 'policy.interaction must be one of ask, auto.'],
    [{ probe: 'PUT' }, 'policy.probe must be one of GET, POST.'],
    [
      { prompt: 'login  consent' },
      'policy.prompt must be a text such as "consent": values of printable ASCII with a space between them.',
    ],
    [{ selectServer: 7 }, 'policy.selectServer must be a function.'],
    [
      { selectServer: 'a' },
      'policy.selectServer must be the https URL of an issuer, without user name, query and fragment (http only on loopback).',
    ],
    [
      {
        dangerouslyOmitResourceAt: ['https://b.example', 'https://a.example'],
        dangerouslySendResourceAs: { 'https://a.example': 'urn:a' },
      },
      'policy.dangerouslySendResourceAs must have no issuer that policy.dangerouslyOmitResourceAt has.',
    ],
  ])('HOST-2: %j is refused', (value, sentence) => {
    expect(said(value)).toBe(sentence);
  });

  it.each(['', ' login', 'login ', 'a"', 'a\\b', 'lögin', 7])('HOST-2: %j is no prompt', (prompt) => {
    expect(said({ prompt })).toContain('policy.prompt must be a text');
  });

  it.each([
    {},
    { prompt: 'consent' },
    { prompt: 'login consent select_account' },
    { selectServer: 'https://a.example' },
    { selectServer: () => 'https://a.example' },
    { dangerouslyOmitResourceAt: ['https://a.example'] },
    { dangerouslySendResourceAs: { 'https://a.example': 'urn:a' } },
    {
      dangerouslyOmitResourceAt: ['https://b.example'],
      dangerouslySendResourceAs: { 'https://a.example': 'urn:a' },
    },
  ])('HOST-2: %j is not refused', (value) => {
    expect(said(value)).toBeUndefined();
  });
});
