// The public surface of the core: runs in Node, browsers and workers.
export type { ExchangeFacts, Purpose } from './actors/door.ts';
export type { Sleep } from './actors/sleep.ts';
export type {
  ClientOptions,
  DevicePrompt,
  GrantOptions,
  PreRegisteredClient,
  PrivateKey,
  ServerChoice,
  StepUpRequest,
} from './actors/tools.ts';
export type { AuthorizationHeaders } from './actors/useGrant.ts';
export type { AuthorizationRequest, UserAgent } from './actors/userAgent.ts';
export { hostUserAgent } from './actors/userAgents/host.ts';
export {
  type CompleteOptions,
  createAuthEngine,
  type Engine,
  type EngineOptions,
  type EnginePolicy,
  type SessionOptions,
} from './adapters/engine.ts';
export type { Explanation } from './adapters/explain.ts';
export type { Progress } from './adapters/observe.ts';
export type { HostRequest, LoginOptions, Session } from './adapters/session.ts';
export type { AuthActor, AuthSnapshot } from './adapters/sessionChart.ts';
export type { Fetch } from './adapters/sessionFetch.ts';
export { type AuthMachine, authMachine } from './machines/authMachine.ts';
export type { AuthContext, AuthEvent, AuthInput, Interaction } from './machines/context.ts';
export {
  AuthError,
  type Failure,
  type FailureCode,
  type Phase,
  type Recovery,
  safetyCodes,
} from './protocol/errors.ts';
export type { Holding } from './protocol/live.ts';
export type { ChartFacts, RequestFact, StepFact, TraceFact } from './protocol/trace.ts';
export { encryptedStore, type Reencrypted, reencrypt } from './stores/encrypted.ts';
export { memoryStore } from './stores/memory.ts';
export type { Encryption, EncryptionKey } from './stores/sealing.ts';
export type { Store, Stored } from './stores/store.ts';
