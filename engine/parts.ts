// The parts of the engine that are loaded when they are first used: nobody loads what is not needed.
import { type Phase, refuse } from '../contract/errors.ts';

/** Something that is loaded once, and is at hand after that. */
export class Part<Loaded> {
  readonly #load: () => Promise<Loaded>;
  #loading: Promise<Loaded> | undefined;
  #loaded: Loaded | undefined;

  constructor(load: () => Promise<Loaded>) {
    this.#load = load;
  }

  /** What was loaded already: whoever has it need not wait. */
  get atHand(): Loaded | undefined {
    return this.#loaded;
  }

  /**
   * @param phase where an error says that it happened.
   * @throws AuthError `unreachable`: the files of a page were replaced while it was open, or the network is gone.
   */
  async load(phase: Phase = 'requesting'): Promise<Loaded> {
    try {
      this.#loading ??= this.#load();
      this.#loaded = await this.#loading;
      return this.#loaded;
    } catch {
      this.#loading = undefined;
      // What the platform says of it names files only.
      return refuse(
        'unreachable',
        phase,
        'A part of this program could not be loaded; try again, and load the page anew when that does not help.',
      );
    }
  }
}

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
