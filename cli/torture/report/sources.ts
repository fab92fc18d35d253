// Where a source of a case is written: the specification of a requirement, or the register of threats.
import { requirements } from '../../../contract/requirements.ts';
import { threats } from '../../../contract/threats.ts';
import type { Source } from '../case.ts';

const rows: Readonly<Record<string, { readonly title: string; readonly link: string }>> = requirements;
const texts: Readonly<Record<string, string>> = threats;
const REPOSITORY = 'https://github.com/authchart/authchart/blob/main/docs';

/** The address of its text. */
export const linkOf = (id: Source): string => rows[id]?.link ?? `${REPOSITORY}/threats.md`;

/** What it says, in Markdown. */
export const textOf = (id: Source): string => rows[id]?.title ?? texts[id] ?? '';
