// `authchart/testing`: a whole world for tests of a login, on no port, and contracts for stores and user agents of your own.
export type { TestClock } from './testing/clock.ts';
export type { ContractTest } from './testing/contracts/contract.ts';
export { type StoreContractOptions, storeContract } from './testing/contracts/store.ts';
export {
  type UserAgentBench,
  type UserAgentContractOptions,
  userAgentContract,
} from './testing/contracts/userAgent.ts';
export type { Expectations } from './testing/expectations.ts';
export {
  changing,
  type Fault,
  faults,
  type MisbehaveOptions,
  type Misbehaviour,
  type Where,
} from './testing/misbehaviour.ts';
export type {
  TestClient,
  TestResourceOptions,
  TestServerOptions,
  TestWorldOptions,
} from './testing/options.ts';
export type { Decision, Taking, TestLogin, TestPerson } from './testing/person.ts';
export type { RawRequest, Step, TestRequest } from './testing/record.ts';
export type { Outage, Tricks } from './testing/tricks.ts';
export { createTestWorld, type TestWorld } from './testing/world.ts';
