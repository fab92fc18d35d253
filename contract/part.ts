// A part of the program that is loaded when it is first used, and at hand after that.
import { type Phase, refuse } from './errors.ts';

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

  /** Begins to load it for somebody who will most likely ask for it: whoever does so hears of failures. */
  begin(): void {
    if (!this.#loaded) this.load().catch(() => {});
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
