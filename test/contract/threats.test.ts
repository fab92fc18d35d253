// Each kind of threat has a title, which heads the section of its ids on the page of the register.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { threatKinds, threats } from '../../contract/threats.ts';

it('every id has a kind, and its row stands below the title of that kind', () => {
  const page = readFileSync(new URL('../../docs/threats.md', import.meta.url), 'utf8');
  const sections = page.split(/^## /m).slice(1);
  const titles = sections.map((section) => section.split('\n', 1)[0]);
  expect(titles).toEqual(Object.entries(threatKinds).map(([letter, title]) => `${letter}: ${title}`));
  const listed = sections.map((section) => [...section.matchAll(/^\| ([A-Z]\d+) \|/gm)].map(([, id]) => id));
  expect(listed).toEqual(
    Object.keys(threatKinds).map((letter) => Object.keys(threats).filter((id) => id.startsWith(letter))),
  );
  expect(listed.flat()).toHaveLength(Object.keys(threats).length);
});
