// Programs of this machine that a test can do without.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where a program is on the PATH; nothing where it is not. */
export function onPath(name: string): string | undefined {
  const paths = (process.env['PATH'] ?? '').split(delimiter).map((at) => join(at, name));
  return paths.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
