// Headers that the host wants with every request to the origin of a resource, and that no other origin gets.
import { isHeaderValue } from '../../protocol/text.ts';
import { urlOf } from '../../protocol/url.ts';
import type { HeaderValues } from '../tools/hostOptions.ts';
import type { Tools } from '../tools/tools.ts';
import { refuseHost, secretFromHost } from './fromHost.ts';

/** Headers by name, in small letters. Values may be secret. */
export type SentHeaders = Readonly<Record<string, string>>;

/**
 * The headers for one request of a session with this resource; none where it goes to another origin.
 * @throws AuthError `config_invalid` when the host gives no value.
 */
export type HeadersFor = (url: URL, resource: string) => Promise<SentHeaders>;

const none: SentHeaders = {};

/** Makes it from the policy. Values are asked for when they are needed. */
export function resourceHeaders(tools: Pick<Tools, 'policy' | 'onDefect'>): HeadersFor {
  const { resourceHeaders: said = {} } = tools.policy;
  return async ({ origin }, resource) => {
    if (!Object.hasOwn(said, origin) || origin !== urlOf(resource)?.origin) return none;
    const names = Object.entries(said[origin] as HeaderValues);
    const sent = names.map(async ([name, given]) => [
      name.toLowerCase(),
      await headerFrom(tools, name, given),
    ]);
    return Object.fromEntries(await Promise.all(sent));
  };
}

async function headerFrom(
  tools: Pick<Tools, 'policy' | 'onDefect'>,
  name: string,
  given: string | (() => Promise<string>),
): Promise<string> {
  const what = `the header ${name} of policy.resourceHeaders`;
  const value = await secretFromHost(tools, given, what, { phase: 'requesting' });
  return isHeaderValue(value)
    ? value
    : refuseHost(`gave nothing that can be sent as ${what}`, { phase: 'requesting' });
}
