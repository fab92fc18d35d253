// Finds the metadata of an authorization server by its issuer, and judges it. (RFC 8414, OpenID Connect Discovery)
import { AuthError } from '../../contract/errors.ts';
import type { ServerMetadata, SessionId } from '../../contract/facts.ts';
import type { AbsentDocument } from '../../protocol/documentAnswer.ts';
import {
  judgeServerMetadata,
  legacyServerMetadata,
  mayBeServerMetadata,
  serverMetadataAbsent,
} from '../../protocol/serverMetadata.ts';
import { serverMetadataUrls } from '../../protocol/wellKnown.ts';
import { findDocument } from '../network/documents.ts';
import type { Act, Tools } from '../tools/tools.ts';

/**
 * Looks in the well-known places of the issuer, in order.
 * @throws AuthError `server_metadata_absent`, `server_metadata_invalid`, `issuer_mismatch`, `pkce_unsupported`, `dpop_unsupported`, `server_unavailable`, and what the door throws.
 * @see RFC 8414 §3
 */
export const fetchServerMetadata: Act<'fetchServerMetadata'> =
  (tools) =>
  async ({ session, issuer, legacy, after }, signal) => {
    const absent: AbsentDocument[] = [];
    const onAbsent = (answer: AbsentDocument): unknown => absent.push(answer);
    const server = await lookUpServer(tools, session, { issuer, after, onAbsent }, signal);
    if (server) {
      tools.dpop.judgeServer(server);
      return { at: tools.now(), server };
    }
    if (legacy) return { at: tools.now(), server: legacyServerMetadata(issuer) };
    throw new AuthError(serverMetadataAbsent(issuer, absent));
  };

interface ServerSearch {
  readonly issuer: string;
  readonly after: number | null;
  /** Told each answer that is no document. */
  readonly onAbsent?: (answer: AbsentDocument) => unknown;
}

/** The judged metadata of an issuer; nothing when it publishes none. */
export async function lookUpServer(
  tools: Tools,
  session: SessionId,
  { issuer, after, onAbsent = () => {} }: ServerSearch,
  signal: AbortSignal,
): Promise<ServerMetadata | undefined> {
  const found = await findDocument(serverMetadataUrls(issuer), {
    door: tools.doorOf(session),
    purpose: 'server-metadata',
    resource: session.resource,
    now: tools.now,
    signal,
    broken: 'server_metadata_invalid',
    mayBe: mayBeServerMetadata,
    onAbsent,
    remembered: tools.remembered,
    after,
  });
  const { dangerouslyIgnoreTrailingSlashOf = [], dangerouslyAllowWithoutPkceAt = [] } = tools.policy;
  const tolerance = {
    trailingSlash: dangerouslyIgnoreTrailingSlashOf.includes(issuer),
    // PKCE protects codes, and no other grant has one.
    privateOrigins: tools.policy.dangerouslyAllowPrivateAddressAt ?? [],
    withoutPkce: tools.client.grant !== undefined || dangerouslyAllowWithoutPkceAt.includes(issuer),
  };
  return found && judgeServerMetadata(found.text, issuer, session.resource, tolerance);
}
