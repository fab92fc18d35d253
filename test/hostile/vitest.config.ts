// The tests as they are, or with one defence of the source taken away: AUTHCHART_WITHOUT says which row of `defences.ts`.
import { fileURLToPath } from 'node:url';
import { mergeConfig, type Plugin } from 'vitest/config';
import plain from '../../vitest.config.ts';
import { defences } from './defences.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const row = process.env['AUTHCHART_WITHOUT'];
const defence = row === undefined ? undefined : defences[Number(row)];

const withoutIt: Plugin = {
  name: 'authchart:without',
  enforce: 'pre',
  transform(code, id) {
    if (!defence || id.split('?')[0] !== `${ROOT}${defence.file}`) return null;
    if (code.split(defence.code).length !== 2)
      throw new Error(`${defence.file} has not this code once: ${defence.code}`);
    return code.replace(defence.code, () => defence.without);
  },
};

export default mergeConfig(plain, { root: ROOT, plugins: [withoutIt] });
