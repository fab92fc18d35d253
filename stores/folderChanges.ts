// Tells which files of a folder have changed: by the system's own notice, where it gives one.
import { type FSWatcher, type Stats, statSync, watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { Watchers } from './watchers.ts';

/** Time between two looks whether the folder is there, and still the same one, in milliseconds. */
const LOOK = 1000;

/** Listens only while somebody wants to know, and keeps no process alive. */
export class FolderChanges {
  readonly #folder: string;
  readonly #watchers = new Watchers(false);
  #listening: FSWatcher | undefined;
  /** Which folder is listened to. */
  #identity = '';
  #timer: NodeJS.Timeout | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** As `watch` of a store. @param name of the file. @returns ends it. */
  add(name: string, changed: () => void, lost?: () => void): () => void {
    this.#listen();
    const end = this.#watchers.add(name, changed, lost);
    this.#timer ??= setInterval(() => void this.#look(), LOOK).unref();
    return () => {
      end();
      if (this.#watchers.isEmpty) this.#stop();
    };
  }

  /** Where there is no folder yet, the first record makes it. */
  #listen(): void {
    if (this.#listening) return;
    try {
      // Before it is listened to: when it is another one by then, the next look shows that.
      this.#identity = identityOf(statSync(this.#folder));
      const listening = watch(this.#folder, { persistent: false });
      listening.on('change', (_what, name) => this.#hear(name));
      listening.on('error', () => this.#lose(listening));
      this.#listening = listening;
      this.#watchers.resume();
    } catch {
      this.#watchers.lose();
    }
  }

  #hear(name: string | Buffer | null): void {
    // A folder that is removed or moved tells its own name, and then nothing more.
    if (name === basename(this.#folder)) this.#lose(this.#listening);
    else if (name === null) this.#watchers.tellAll();
    else this.#watchers.tell(String(name));
  }

  /** A folder above may have been moved away, which is not told. */
  async #look(): Promise<void> {
    const listening = this.#listening;
    if (!listening) return this.#listen();
    const identity = await stat(this.#folder).then(identityOf, () => undefined);
    if (identity !== this.#identity) this.#lose(listening);
  }

  #lose(listening: FSWatcher | undefined): void {
    if (this.#listening !== listening) return;
    this.#listening?.close();
    this.#listening = undefined;
    this.#watchers.lose();
    this.#listen();
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#listening?.close();
    this.#listening = undefined;
    this.#watchers.lose();
  }
}

const identityOf = ({ dev, ino }: Stats): string => `${dev}:${ino}`;
