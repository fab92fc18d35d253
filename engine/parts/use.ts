// What a session needs once it is used: its records, its tokens, its requests. Loaded with the first use of one.
export { leaveLogin } from '../../actors/authorization/leaveLogin.ts';
export { leaveToOthers } from '../../actors/records/loginUnderWay.ts';
export { heedSiblings } from '../../actors/session/heedSiblings.ts';
export { recallSession } from '../../actors/session/recallSession.ts';
export { gatherChallenges, waitUntil } from '../../actors/session/waitUntil.ts';
export { complete } from '../complete.ts';
export { SessionInUse } from '../sessionInUse.ts';
export { toolsOf } from '../tools.ts';
