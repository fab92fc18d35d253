// What signs out: loaded when a chart first does.
export { forgetSession } from '../../actors/session/forgetSession.ts';
export { revokeGrants } from '../../actors/session/revokeGrants.ts';
export { unregisterClients } from '../../actors/session/unregisterClients.ts';
