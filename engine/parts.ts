// The parts of the engine that are loaded when they are first used: nobody loads what is not needed.
import { Part } from '../contract/part.ts';

/** What a session needs once it is used: its records, its tokens, its requests. */
export const usePart = new Part(() => import('./parts/use.ts'));
/** What a login by a code needs, and a renewal; and the door to the network. */
export const loginPart = new Part(() => import('./parts/login.ts'));
/** A login at another device. */
export const devicePart = new Part(() => import('./parts/device.ts'));
/** A grant without a person. */
export const directPart = new Part(() => import('../actors/authorization/requestDirectGrant.ts'));
/** Authorization requests that are pushed. */
export const pushedPart = new Part(() => import('../actors/authorization/pushAuthorization.ts'));
/** What signs out. */
export const signOutPart = new Part(() => import('./parts/signOut.ts'));
