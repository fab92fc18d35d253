// The places of a world where lies are told, and what stands there that is not of the resource or a server.
import type { Misbehaviour, Where } from '../../adapters/testing/misbehaviour.ts';
import type { TestWorldOptions } from '../../adapters/testing/options.ts';
import { knowing, type Lie } from './plays.ts';
import type { Stage } from './stage.ts';

export const resourceMetadata: Where = { step: 'resource-metadata', to: 'resource' };
export const serverMetadata: Where = { step: 'server-metadata', to: 'a' };
export const registration: Where = { step: 'registration' };
export const authorization: Where = { step: 'authorization' };
export const token: Where = { step: 'token' };
/** Requests to the resource that bring a token. */
export const callWithToken: Where = {
  step: 'call',
  when: ({ headers }) => headers['authorization'] !== undefined,
};

/** What comes after discovery: a client that refuses what it has found sends none of it. */
export const login: readonly Where[] = [registration, authorization, token];

/** A client that takes the resource for its own authorization server. @see MCP 2025-03-26, default endpoints */
export const guessedServer: Where = {
  to: 'resource',
  when: ({ url }) =>
    /\/(?:\.well-known\/(?:oauth-authorization-server|openid-configuration)|register|authorize|token)\b/.test(
      url,
    ),
};

/** A world with a second resource, on an origin that nothing may lead to. */
export const withOther: TestWorldOptions = { resources: { resource: {}, other: { servers: ['b'] } } };
export const other: Where = { to: 'other' };

export const originOf = (stage: Stage, name: string): string => new URL(stage.world.urlOf(name)).origin;

/** The metadata that a resource would have at another place, with changes. */
export const documentOf = (stage: Stage, changes: Readonly<Record<string, unknown>> = {}) => ({
  resource: stage.world.resource,
  authorization_servers: [stage.world.urlOf('a')],
  scopes_supported: ['read', 'write'],
  bearer_methods_supported: ['header'],
  ...changes,
});

/** Puts a document at a path of a resource or server. It need not be asked for. */
export function put(stage: Stage, to: string, path: string, document: unknown): void {
  stage.world.misbehave({ to, when: ({ url }) => new URL(url).pathname === path }, () =>
    Response.json(document),
  );
}

/** The challenge of the 401 is this one. */
export const challenging = (challenge: (stage: Stage) => string | undefined, times?: number): Lie => ({
  where: { step: 'call', to: 'resource', when: ({ headers }) => headers['authorization'] === undefined },
  how: knowing((stage) => withChallenge(challenge(stage))),
  ...(times !== undefined && { times }),
});

/** The true answer with another challenge. */
export const withChallenge =
  (challenge: string | undefined): Misbehaviour =>
  async (_request, correctly) => {
    const answer = await correctly();
    const headers = new Headers(answer.headers);
    if (challenge === undefined) headers.delete('www-authenticate');
    else headers.set('www-authenticate', challenge);
    return new Response(await answer.text(), { status: answer.status, headers });
  };

/** Another response than the server meant to send: its parameters are changed. */
export const responding = (
  change: (parameters: URLSearchParams, stage: Stage) => void,
): ReturnType<typeof knowing> =>
  knowing((stage) => async (_request, correctly) => {
    const answer = await correctly();
    const location = new URL(answer.headers.get('location') ?? '');
    change(location.searchParams, stage);
    return new Response(null, { status: 302, headers: { location: location.href } });
  });
