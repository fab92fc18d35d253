// The command `npm run docs`: writes the pages that are made of the code. `npm test` fails while one is stale.
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { toErrorsPage } from './errorsPage.ts';
import { toOptionsPage } from './optionsPage.ts';
import { toStatesPage } from './statesPage.ts';
import { toTorturePage } from './torturePage.ts';

/** The pages in `docs/`, each with what makes it. */
export const pages: Readonly<Record<string, () => string | Promise<string>>> = {
  'errors.md': toErrorsPage,
  'options.md': toOptionsPage,
  'states.md': toStatesPage,
  'torture.md': toTorturePage,
};

/** Where they are. */
export const pageAt = (name: string): URL => new URL(`../../docs/${name}`, import.meta.url);

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, make] of Object.entries(pages)) {
    const text = await make();
    await writeFile(pageAt(name), text);
    console.log(`docs/${name}: ${text.split('\n').length} lines`);
  }
}
