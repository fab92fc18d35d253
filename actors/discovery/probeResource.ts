// Asks the resource without a token, only to be challenged; its body is not read.
import { probedChallenge } from '../../protocol/evidence.ts';
import type { Act } from '../tools/tools.ts';

/** What an MCP endpoint wants to hear before it looks at the token (the transport's own rule). */
const ACCEPT = 'application/json, text/event-stream';

/**
 * Sends one GET without a token.
 * @throws AuthError what the door throws.
 * @see RFC 9728 §5.1
 */
export const probeResource: Act<'probeResource'> =
  (tools) =>
  async ({ session, after }, signal) => {
    const { resource } = session;
    const ask = (shared: AbortSignal) =>
      tools.doorOf(session)({
        purpose: 'probe',
        method: 'GET',
        url: resource,
        headers: { accept: ACCEPT },
        resource,
        signal: shared,
      });
    const answer = await tools.remembered.answerTo({ name: `probe ${resource}`, after }, ask, signal);
    const challenge = probedChallenge(answer.status, answer.headers.get('www-authenticate'));
    return { at: tools.now(), challenge };
  };
