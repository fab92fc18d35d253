// The last line of an explanation: what a person can do about it.
import type { Failure } from '../../contract/errors.ts';
import { shown } from '../../protocol/text.ts';
import type { FirstAnswer } from '../askResource.ts';
import { adviceOf, loginAt } from '../failures.ts';
import type { StoreOptions } from '../options.ts';
import { shellWord } from '../words.ts';

export const TRY_LATER = 'Try again later.';
export const NOT_ELSEWHERE = 'Check the address: a resource does not send its clients elsewhere.';

/** What it is about. */
interface Subject {
  readonly resource: string;
  readonly whose: StoreOptions;
  /** How the resource answered without a token. */
  readonly answer?: FirstAnswer | undefined;
}

/** One sentence or two: what to do about a failure. */
export function whatToDo(problem: Failure, { resource, whose, answer }: Subject): string {
  switch (problem.code) {
    case 'interaction_required':
      return `authchart login ${loginAt(resource, whose)}`;
    case 'unreachable':
    case 'timed_out':
      return `Check the address and the network (authchart doctor ${shellWord(shown(resource, 2048))}), and try again.`;
    case 'server_unavailable':
      return TRY_LATER;
    case 'redirect_refused':
      return NOT_ELSEWHERE;
    case 'resource_metadata_absent':
      return withoutMetadata(answer);
    case 'resource_mismatch':
      return 'Use the address that the metadata is about, if that is the server that you mean. Else tell its operator.';
    case 'authorization_server_missing':
    case 'server_metadata_absent':
    case 'resource_metadata_invalid':
    case 'server_metadata_invalid':
      return 'Tell the operator of the server. Nothing can be done from here.';
    default:
      return adviceOf(problem, resource, whose) || 'Tell the operator of the server.';
  }
}

/** What to do about an answer that no metadata explain. */
export function withoutMetadata(answer: FirstAnswer | undefined): string {
  if (answer?.mediaType === 'text/html')
    return 'Check the address: this one is for browsers. The documentation of the server names the one for MCP clients.';
  if (answer?.status === 404 || answer?.status === 410)
    return 'Check the address. That of an MCP server often ends in /mcp or /sse.';
  return 'Ask its operator how to log in. If it follows the rules of 2025-03-26, add --legacy-discovery.';
}
