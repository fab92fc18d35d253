// The public surface of the core: runs in Node, browsers and workers.
export type { ExchangeFacts, Purpose } from './actors/network/door.ts';
export type {
  ByIssuer,
  ClientOptions,
  DevicePrompt,
  GrantOptions,
  HeaderValues,
  PreRegisteredClient,
  PrivateKey,
  ServerChoice,
  StepUpRequest,
} from './actors/tools/hostOptions.ts';
export type { Sleep } from './actors/tools/sleep.ts';
// What the types above name, so that a host can name it, too.
export type { HostOptions } from './actors/userAgents/host.ts';
export { hostUserAgent } from './actors/userAgents/host.ts';
export type { AuthorizationRequest, UserAgent } from './actors/userAgents/userAgent.ts';
export {
  AuthError,
  type Failure,
  type FailureCode,
  type Phase,
  type Recovery,
  safetyCodes,
} from './contract/errors.ts';
export type {
  Binding,
  Challenge,
  ClientAuthMethod,
  Grant,
  GrantStrategy,
  PassedOver,
  Pending,
  Registration,
  RegistrationKind,
  ResourceMetadata,
  ScopeLimits,
  ServerMetadata,
  SessionId,
} from './contract/facts.ts';
export type { Holding } from './contract/live.ts';
export type { ChartFacts, KnownAs, RequestFact, StepFact, Told, TraceFact } from './contract/trace.ts';
export type {
  Bound,
  JoinedLogin,
  KnownRecords,
  Lookup,
  Memory,
  Observed,
  SiblingReport,
} from './contract/work.ts';
export { createAuthEngine } from './engine/engine.ts';
export type { EngineOptions, EnginePolicy } from './engine/engineOptions.ts';
export {
  anySubject,
  type CompleteOptions,
  type Engine,
  type SessionOptions,
} from './engine/engineSurface.ts';
export type { Explanation } from './engine/explain.ts';
export type { Progress } from './engine/observe.ts';
export type { AuthActor, AuthSnapshot } from './engine/sessionChart.ts';
export type {
  AnsweredRequest,
  AuthorizationHeaders,
  Fetch,
  HostRequest,
  LoginOptions,
  LogoutOptions,
  Session,
  WaitOptions,
} from './engine/sessionSurface.ts';
export { type AuthMachine, authMachine } from './machines/authMachine.ts';
export type { StateMeta, Tag } from './machines/chart.ts';
export type {
  AuthContext,
  AuthEvent,
  AuthInput,
  Budget,
  Interaction,
  RefusedGrant,
  RequestedLogin,
  SignOut,
  StepUp,
} from './machines/context.ts';
export type { AuthEmitted } from './machines/emitted.ts';
export type { DpopMode } from './protocol/dpopPolicy.ts';
export type { RegistrationChange } from './protocol/nextRegistration.ts';
export type { RegistrationRequest } from './protocol/registration.ts';
export type { RegistrationTry } from './protocol/registrationRefusal.ts';
export { encryptedStore, type Reencrypted, reencrypt } from './stores/encrypted.ts';
export { memoryStore } from './stores/memory.ts';
export type { Encryption, EncryptionKey } from './stores/sealing.ts';
export type { Processes, Store, Stored } from './stores/store.ts';
