// Asks the resource without a token, only to be challenged; its body is not read.
import { readChallenge } from '../../protocol/challenge.ts';
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
    // W14: a challenge counts on 401 only. Anything else: look in the well-known places.
    const header = answer.status === 401 ? answer.headers.get('www-authenticate') : null;
    return { at: tools.now(), challenge: readChallenge(answer.status, header) };
  };
