// A whole story for inspectors: login, step-up, refresh, move, rejection and sign-out; and every secret that it had.
import type { Session } from '../../index.ts';
import { callTool } from '../support/engine.ts';
import type { Received, World } from '../support/world.ts';

/** Its servers give each client a secret. */
export function giveClientSecrets(world: World): void {
  for (const at of ['a', 'b'] as const) {
    world.script(`${at} POST /register`, (request) => {
      const { body } = world.correctly(request);
      const method = { token_endpoint_auth_method: 'client_secret_basic' };
      return { status: 201, body: { ...Object(body), ...method, client_secret: `secret-${at}-of-client` } };
    });
  }
}

/** What changes in the world, between one call of the resource and the next. */
export const chapters: readonly ((world: World) => void)[] = [
  () => {},
  (world) => {
    world.needs = () => 'write';
  },
  (world) => world.expireAccessTokens(),
  (world) => world.moveTo('b'),
  (world) => {
    // The resource moves back, to a server that does not know its own name.
    world.documents.resource['authorization_servers'] = [world.origins.a];
    world.documents.a['issuer'] = 'https://evil.example';
  },
];

export async function tellStory(world: World, session: Session): Promise<void> {
  for (const change of chapters) {
    change(world);
    await callTool(session, 'write_note');
  }
  await session.logout();
}

const secretFields = ['code', 'code_verifier', 'state', 'refresh_token', 'access_token', 'client_secret'];

/** Every secret that went over the wire: in forms, queries, headers, answers and redirects. */
export function secretsOf({ exchanges }: World): ReadonlySet<string> {
  return new Set(
    exchanges
      .flatMap(({ request, answer }) => {
        const redirect = new URLSearchParams(answer.headers?.['location']?.split('?')[1] ?? '');
        const body = Object(answer.body);
        const fields = secretFields.flatMap((field) => [
          ...[request.form, request.query, redirect].map((form) => form.get(field)),
          body[field],
        ]);
        return [...fields, ...credentialsOf(request)];
      })
      .filter((value) => typeof value === 'string' && value.length >= 8),
  );
}

/** As they are sent, and for Basic also as they are meant. */
function credentialsOf({ headers }: Received): readonly string[] {
  const [scheme, credentials] = (headers['authorization'] ?? '').split(' ');
  if (credentials === undefined) return [];
  return scheme === 'Basic' ? [credentials, ...atob(credentials).split(':').slice(1)] : [credentials];
}

/** Secrets that a text holds, as they are or in an encoding, by their first letters. */
export function leaksIn(text: string, secrets: Iterable<string>): readonly string[] {
  return [...secrets]
    .filter((secret) =>
      [secret, encodeURIComponent(secret), btoa(secret)].some((form) => text.includes(form)),
    )
    .map((secret) => secret.slice(0, 12));
}
