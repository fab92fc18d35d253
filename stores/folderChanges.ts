// Tells which files of a folder have changed: by the system's own notice, where it gives one.
import { type FSWatcher, watch } from 'node:fs';
import { Watchers } from './watchers.ts';

/** How long to wait for a folder that is not there yet, in milliseconds. */
const LATER = 1000;

/** Listens only while somebody wants to know, and keeps no process alive. */
export class FolderChanges {
  readonly #folder: string;
  readonly #watchers = new Watchers();
  #listening: FSWatcher | undefined;
  #later: NodeJS.Timeout | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @param name of the file. @returns ends it. */
  add(name: string, changed: () => void): () => void {
    const end = this.#watchers.add(name, changed);
    this.#listen();
    return () => {
      end();
      if (this.#watchers.isEmpty) this.#stop();
    };
  }

  #listen(): void {
    if (this.#listening) return;
    clearTimeout(this.#later);
    try {
      this.#listening = watch(this.#folder, { persistent: false }, (_what, name) => {
        if (name === null) this.#watchers.tellAll();
        else this.#watchers.tell(name);
      });
      this.#listening.on('error', () => this.#stop());
      // What has happened until now was not seen.
      if (this.#later) this.#watchers.tellAll();
      this.#later = undefined;
    } catch {
      // No folder yet: the first record makes it.
      this.#later = setTimeout(() => this.#listen(), LATER).unref();
    }
  }

  #stop(): void {
    clearTimeout(this.#later);
    this.#listening?.close();
    this.#listening = undefined;
  }
}
