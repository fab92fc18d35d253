// Which option mends a refusal: told from what servers really say.
import { describe, expect, test } from 'vitest';
import { mindsResource, resourceAdvice } from '../../protocol/mending.ts';

describe('AUTHZ-2: a refusal of the parameter resource', () => {
  test.each<[string, string | undefined, boolean]>([
    ['invalid_target', undefined, true],
    ['invalid_target', 'No.', true],
    ['invalid_request', "AADSTS901002: The 'resource' request parameter is not supported.", true],
    ['invalid_request', 'The resource parameter provided in the request does not match the scopes.', true],
    ['invalid_scope', 'Unknown parameter: resource', true],
    ['invalid_resource', 'The "resource" is not known.', true],
    ['invalid_request', 'The requested resource was not found.', false],
    ['invalid_request', 'A parameter is missing. The resource is there.', false],
    ['invalid_request', 'The parameter resources is not known.', false],
    ['invalid_request', undefined, false],
    ['invalid_client', "The 'resource' parameter is not supported.", false],
    ['server_error', "The 'resource' parameter is not supported.", false],
  ])('%s, %j: %s', (error, said, verdict) => {
    expect(mindsResource(error, said)).toBe(verdict);
  });

  test('names both options', () => {
    expect(resourceAdvice).toContain('policy.dangerouslyOmitResourceAt');
    expect(resourceAdvice).toContain('policy.dangerouslySendResourceAs');
  });
});
