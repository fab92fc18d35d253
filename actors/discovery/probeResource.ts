// Asks the resource without a token, only to be challenged; its body is not read.
import { probedChallenge } from '../../protocol/evidence.ts';
import type { DoorAnswer, DoorRequest } from '../network/door.ts';
import type { Act } from '../tools/tools.ts';

/** What an MCP endpoint wants to hear before it looks at the token (the transport's own rule). */
const ACCEPT = 'application/json, text/event-stream';

type Question = Pick<DoorRequest, 'method' | 'headers' | 'body'>;

const asked: Question = { method: 'GET', headers: { accept: ACCEPT } };

/** A message of MCP that changes nothing, wherever it is answered. @see MCP 2025-11-25, Ping */
const posted: Question = {
  method: 'POST',
  headers: { accept: ACCEPT, 'content-type': 'application/json' },
  body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
};

/**
 * Sends one request without a token: a GET. Where the policy wants a POST, that, and a GET only when the POST was not
 * challenged.
 * @throws AuthError what the door throws.
 * @see RFC 9728 §5.1
 */
export const probeResource: Act<'probeResource'> =
  (tools) =>
  async ({ session, after }, signal) => {
    const { resource } = session;
    const door = tools.doorOf(session);
    const send = (question: Question, shared: AbortSignal): Promise<DoorAnswer> =>
      door({ ...question, purpose: 'probe', url: resource, resource, signal: shared });
    const ask = async (shared: AbortSignal): Promise<DoorAnswer> => {
      const first = tools.policy.probe === 'POST' ? await send(posted, shared) : undefined;
      return first?.status === 401 ? first : send(asked, shared);
    };
    const answer = await tools.remembered.answerTo({ name: `probe ${resource}`, after }, ask, signal);
    const challenge = probedChallenge(answer.status, answer.headers.get('www-authenticate'));
    return { at: tools.now(), challenge };
  };
