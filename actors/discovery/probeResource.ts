// Asks the resource without a token, only to be challenged; its body is not read.
import { probedChallenge } from '../../protocol/evidence.ts';
import type { Act } from '../tools/tools.ts';

/** What an MCP endpoint wants to hear before it looks at the token (the transport's own rule). */
const ACCEPT = 'application/json, text/event-stream';

export const probeResource: Act<'probeResource'> =
  (tools) =>
  async ({ session }, signal) => {
    const answer = await tools.doorOf(session)({
      purpose: 'probe',
      method: 'GET',
      url: session.resource,
      headers: { accept: ACCEPT },
      resource: session.resource,
      signal,
    });
    const challenge = probedChallenge(answer.status, answer.headers.get('www-authenticate'));
    return { at: tools.now(), challenge };
  };
