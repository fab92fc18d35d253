// Teaches a scripted world DPoP: proofs are verified as RFC 9449 §4.3 says, tokens are bound, nonces are demanded.
import { createHash } from 'node:crypto';
import { calculateJwkThumbprint, decodeProtectedHeader, EmbeddedJWK, type JWTPayload, jwtVerify } from 'jose';
import type { Answer, Place, Received, World } from './world.ts';

/** A proof that was found good, and what it came with. */
export interface Proof {
  readonly at: Place;
  /** Thumbprint of its key. */
  readonly jkt: string;
  readonly claims: JWTPayload;
  readonly text: string;
}

/** Both servers and `/mcp` of the world now speak DPoP. */
export class DpopWorld {
  /** Good proofs, oldest first. */
  readonly proofs: Proof[] = [];
  /** Why others were refused. */
  readonly complaints: string[] = [];
  /** The nonce that each place wants now; none: it asks for none. */
  readonly nonces = new Map<Place, string>();
  /** Thumbprints of the keys that tokens are bound to. */
  readonly bound = new Map<string, string>();
  /** Sent as `DPoP-Nonce` with good answers of the resource. */
  next: string | undefined;
  tokenType: 'DPoP' | 'Bearer' = 'DPoP';
  /** Whether the resource wants bound tokens only. */
  demands = true;
  readonly #world: World;
  readonly #now: () => number;

  constructor(world: World, now: () => number = Date.now) {
    this.#world = world;
    this.#now = now;
    for (const place of ['a', 'b'] as const) {
      world.documents[place]['dpop_signing_alg_values_supported'] = ['RS256', 'ES256'];
      world.script(`${place} POST /token`, (request) => this.atToken(request));
    }
    for (const method of ['GET', 'POST', 'PATCH'])
      world.script(`resource ${method} /mcp`, (request) => this.atResource(request));
  }

  at(place: Place): readonly Proof[] {
    return this.proofs.filter((proof) => proof.at === place);
  }

  /** As a server that binds tokens wherever a proof is sent. */
  async atToken(request: Received): Promise<Answer> {
    if (request.headers['dpop'] === undefined) return this.#world.correctly(request);
    const proof = await this.#verify(request);
    if (!proof) return { status: 400, body: { error: 'invalid_dpop_proof' } };
    const nonce = this.#missing(request.at, proof);
    if (nonce !== undefined) {
      return { status: 400, headers: { 'dpop-nonce': nonce }, body: { error: 'use_dpop_nonce' } };
    }
    const before = this.bound.get(request.form.get('refresh_token') ?? '');
    if (before !== undefined && before !== proof.jkt)
      return { status: 400, body: { error: 'invalid_dpop_proof' } };
    const answer = this.#world.correctly(request);
    const body = answer.body as Readonly<Record<string, unknown>>;
    if (body['error'] !== undefined) return answer;
    if (this.tokenType === 'DPoP') this.bound.set(String(body['access_token']), proof.jkt);
    this.bound.set(String(body['refresh_token']), proof.jkt);
    return { ...answer, body: { ...body, token_type: this.tokenType } };
  }

  async atResource(request: Received): Promise<Answer> {
    const [, scheme, token = ''] = /^(\S+) (\S+)$/.exec(request.headers['authorization'] ?? '') ?? [];
    const proof = scheme === 'DPoP' ? await this.#verify(request, token) : undefined;
    const nonce = proof && this.#missing('resource', proof);
    if (nonce !== undefined) {
      const challenge = `Bearer realm="world", DPoP error="use_dpop_nonce", algs="ES256"`;
      return { status: 401, headers: { 'www-authenticate': challenge, 'dpop-nonce': nonce } };
    }
    const isGood =
      this.bound.get(token) === proof?.jkt && (proof !== undefined || !this.demands || scheme === undefined);
    const { authorization: _, ...headers } = request.headers;
    const answer = this.#world.correctly({
      ...request,
      path: '/mcp',
      headers: isGood && token !== '' ? { ...headers, authorization: `Bearer ${token}` } : headers,
    });
    const challenge = answer.headers?.['www-authenticate'];
    return {
      ...answer,
      headers: {
        ...answer.headers,
        ...(this.demands && challenge && { 'www-authenticate': challenge.replace('Bearer', 'DPoP') }),
        ...(this.next !== undefined && { 'dpop-nonce': this.next }),
      },
    };
  }

  /** The nonce to demand, where the proof does not have it. */
  #missing(place: Place, proof: Proof): string | undefined {
    const wanted = this.nonces.get(place);
    return proof.claims['nonce'] === wanted ? undefined : wanted;
  }

  async #verify(request: Received, accessToken?: string): Promise<Proof | undefined> {
    try {
      const text = request.headers['dpop'] ?? '';
      const options = { algorithms: ['ES256'], typ: 'dpop+jwt', currentDate: new Date(this.#now()) };
      const { payload } = await jwtVerify(text, EmbeddedJWK, {
        ...options,
        maxTokenAge: 5,
        clockTolerance: 1,
      });
      const { jwk = {}, ...header } = decodeProtectedHeader(text);
      const ath = accessToken && createHash('sha256').update(accessToken).digest('base64url');
      const expected = { htm: request.method, htu: this.#world.origins[request.at] + request.path, ath };
      for (const [name, value] of Object.entries(expected))
        if (payload[name] !== value && !(value === undefined && !(name in payload)))
          throw new Error(`${name} is not ${value}`);
      if (Object.keys(jwk).sort().join() !== 'crv,kty,x,y') throw new Error('more than a public key');
      if (Object.keys(header).sort().join() !== 'alg,typ') throw new Error('a strange header');
      if (!payload.jti || this.proofs.some((one) => one.claims.jti === payload.jti))
        throw new Error('jti was used before');
      const proof = { at: request.at, jkt: await calculateJwkThumbprint(jwk), claims: payload, text };
      this.proofs.push(proof);
      return proof;
    } catch (error) {
      this.complaints.push(`${request.at}: ${error instanceof Error ? error.message : 'unknown'}`);
      return undefined;
    }
  }
}
