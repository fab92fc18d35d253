// The host on the stage: its client, its user agent and its say, as the next step wants them.

import { failure } from '../../../contract/errors.ts';
import {
  AuthError,
  type ClientOptions,
  type EngineOptions,
  type EnginePolicy,
  type UserAgent,
} from '../../../index.ts';
import type { Setting } from '../setting.ts';
import { DOCUMENT, LOGIN_LIFE, OWN_CLIENT, REDIRECTS } from '../stimuli/around.ts';

/** What a host can be made to do; everything else it does as it should. */
export interface HostBehaviour {
  /** Issuer of the client that the host has by its own hand; '' for a client of nobody. */
  readonly ownClientAt?: string;
  readonly mayNotRegister?: true;
  /** Which redirect URI can be had. */
  readonly redirect?: 0 | 1;
  /** Its part of the work fails: the browser, the listener, the screen, its word. */
  readonly fails?: true;
  readonly deniesStepUps?: true;
  /** After how many looks it can take over a redirect URI; absent: at once. */
  readonly isHeldFor?: number;
}

type Changing<Options> = { -readonly [Name in keyof Options]: Options[Name] };

export class Host {
  readonly #setting: Setting;
  readonly #client: Changing<ClientOptions>;
  #behaviour: HostBehaviour = {};

  constructor(setting: Setting) {
    this.#setting = setting;
    const { strategy } = setting;
    this.#client = {
      name: 'authchart model',
      ...(strategy === 'device' && { grant: { kind: 'device', show: () => this.#do() } as const }),
      ...(strategy === 'direct' && { grant: { kind: 'client-credentials' } as const }),
    };
    this.behaviour = {};
  }

  get options(): Pick<EngineOptions, 'client' | 'policy' | 'userAgent'> {
    return { client: this.#client, policy: this.#policy(), userAgent: this.#userAgent() };
  }

  /** Hosts change their configuration: the engine reads it anew each time. */
  set behaviour(behaviour: HostBehaviour) {
    const { ownClientAt, mayNotRegister = false } = behaviour;
    const own = { clientId: OWN_CLIENT, ...(ownClientAt !== '' && { issuer: ownClientAt ?? '' }) };
    this.#behaviour = behaviour;
    this.#client.preRegistered = ownClientAt === undefined ? [] : [own];
    this.#client.dynamicRegistration = !mayNotRegister;
    if (this.#setting.servers.includes('takes documents') && !mayNotRegister)
      this.#client.metadataUrl = DOCUMENT;
    else delete this.#client.metadataUrl;
  }

  #policy(): EnginePolicy {
    const { ceiling } = this.#setting;
    return {
      loginTimeout: LOGIN_LIFE,
      // Each look is a request that is compared.
      rememberMetadata: 0,
      ...(ceiling !== null && { scopeCeiling: ceiling }),
      confirmStepUp: async () => {
        await this.#do();
        return this.#behaviour.deniesStepUps !== true;
      },
    };
  }

  #userAgent(): UserAgent {
    return {
      name: 'model',
      reserve: async () => {
        await this.#do();
        return REDIRECTS[this.#behaviour.redirect ?? 0];
      },
      present: () => this.#do(),
      receive: async ({ redirectUri, state }) => {
        await this.#do();
        return `${redirectUri}?code=code&state=${state}`;
      },
      hold: async () => {
        const { isHeldFor = 0 } = this.#behaviour;
        this.#behaviour = { ...this.#behaviour, isHeldFor: isHeldFor - 1 };
        return isHeldFor <= 0;
      },
      release: () => this.#do(),
      dispose: async () => {},
    };
  }

  async #do(): Promise<void> {
    if (this.#behaviour.fails)
      throw new AuthError(failure('user_agent_failed', 'authorizing', 'The host could not do its part.'));
  }
}
