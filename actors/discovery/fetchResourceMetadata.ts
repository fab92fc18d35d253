// Finds the protected resource metadata, and judges whether it speaks of our resource. (RFC 9728)
import { AuthError } from '../../contract/errors.ts';
import type { Challenge } from '../../contract/facts.ts';
import type { AbsentDocument } from '../../protocol/documentAnswer.ts';
import {
  judgeResourceMetadata,
  legacyResourceMetadata,
  mayBeResourceMetadata,
  resourceMetadataAbsent,
} from '../../protocol/resourceMetadata.ts';
import { meantPointer, resourceMetadataUrls } from '../../protocol/wellKnown.ts';
import { findDocument } from '../network/documents.ts';
import type { Act } from '../tools/tools.ts';

/**
 * Looks where the challenge points, else in the well-known places.
 * @throws AuthError `resource_metadata_absent`, `resource_metadata_invalid`, `resource_mismatch`, `server_unavailable`, and what the door throws.
 * @see RFC 9728 §3, §5
 */
export const fetchResourceMetadata: Act<'fetchResourceMetadata'> =
  (tools) =>
  async ({ session, challenge, after }, signal) => {
    const { resource } = session;
    if (challenge) tools.dpop.hearChallenge(resource, challenge);
    const absent: AbsentDocument[] = [];
    const found = await findDocument(placesFor(resource, challenge), {
      door: tools.doorOf(session),
      purpose: 'resource-metadata',
      resource,
      now: tools.now,
      signal,
      broken: 'resource_metadata_invalid',
      mayBe: mayBeResourceMetadata,
      onAbsent: (answer) => absent.push(answer),
      remembered: tools.remembered,
      after,
    });
    if (found) {
      const known = tools.policy.dangerouslyAllowPrivateAddressAt;
      const resourceMetadata = judgeResourceMetadata(found.text, found.url, resource, known);
      return { at: tools.now(), resourceMetadata };
    }
    if (tools.policy.legacyDiscovery)
      return { at: tools.now(), resourceMetadata: legacyResourceMetadata(resource) };
    throw new AuthError(resourceMetadataAbsent(resource, absent, challenge?.resourceMetadata ?? null));
  };

/** Where the challenge points, and only there; without a pointer the well-known places, in order (DISC-2, DISC-3). */
function placesFor(resource: string, challenge: Challenge | null): readonly string[] {
  const pointer = challenge?.resourceMetadata;
  return pointer ? [meantPointer(pointer, resource)] : resourceMetadataUrls(resource);
}
