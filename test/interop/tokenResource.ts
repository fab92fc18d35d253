// A protected resource that knows one authorization server by its keys only, over node:http: for servers not our own.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRemoteJWKSet, type JWTVerifyGetKey, jwtVerify } from 'jose';

const METADATA_PATH = '/.well-known/oauth-protected-resource/notes';

export interface TokenResource {
  /** Its identifier, and its URL. */
  readonly url: string;
  /** Access tokens that were taken, oldest first. */
  readonly taken: readonly string[];
  close(): Promise<void>;
}

/**
 * Starts a resource that takes JWTs which this issuer signed for it, and names the issuer in its metadata.
 * @see RFC 9728 §3, RFC 6750 §3
 */
export async function startTokenResource(issuer: string, jwksUri: string): Promise<TokenResource> {
  const key = createRemoteJWKSet(new URL(jwksUri));
  const taken: string[] = [];
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const url = `${origin}/notes`;

  async function answer({ url: path, headers }: IncomingMessage, response: ServerResponse): Promise<void> {
    if (path === METADATA_PATH) {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ resource: url, authorization_servers: [issuer] }));
    } else if (path !== '/notes') {
      response.writeHead(404).end();
    } else {
      const token = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
      const isGood = token !== undefined && (await verifies(token, key, issuer, url));
      if (isGood) taken.push(token);
      const error = token === undefined ? '' : 'error="invalid_token", ';
      const challenge = `Bearer ${error}resource_metadata="${origin}${METADATA_PATH}"`;
      response.writeHead(isGood ? 200 : 401, isGood ? {} : { 'www-authenticate': challenge }).end();
    }
  }

  return {
    url,
    taken,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function verifies(token: string, key: JWTVerifyGetKey, issuer: string, audience: string): Promise<boolean> {
  return jwtVerify(token, key, { issuer, audience, requiredClaims: ['exp'] }).then(
    () => true,
    () => false,
  );
}
