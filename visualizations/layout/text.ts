// The width of texts on any machine: the widest that common sans-serif fonts need. And where lines break.

/** The size and weight of a text. */
export interface Font {
  /** The font size in pixels. */
  readonly size: number;
  readonly isBold: boolean;
}

type Widths = readonly (readonly [hundredthsOfSize: number, characters: string])[];

/** The wider of DejaVu Sans and Liberation Sans (which is as wide as Helvetica and Arial). Others are narrower. */
const regular: Widths = [
  [28, "'ijl"],
  [30, 'I'],
  [32, ' ,.’‘·'],
  [34, '/:;\\|'],
  [36, 'f'],
  [37, '-'],
  [40, '()[]t'],
  [41, '!'],
  [42, 'r'],
  [46, '"'],
  [50, '*J`'],
  [53, 'sz“”'],
  [56, 'c?L_–§'],
  [60, 'kvxy'],
  [62, 'FTaeo'],
  [64, '$0123456789bdghnpqu{}'],
  [69, 'EKPSYABVXZ'],
  [76, 'CRUNH'],
  [79, '&DGOQ'],
  [84, 'w#+<=>^~×'],
  [100, 'M%mW—…→←'],
];

const bold: Widths = [
  [31, "'"],
  [35, ' ijl'],
  [38, '/\\|,.I’‘·'],
  [42, ':;-'],
  [46, 'f!()[]'],
  [50, 't`r'],
  [56, '"*J_–§'],
  [60, 'zcs'],
  [64, '?L'],
  [68, 'xvy“”kae'],
  [70, 'EFTo$0123456789'],
  [74, 'bdghnpqu{}SYZCP'],
  [78, 'BAKRVX'],
  [84, 'UG#+<=>DHN^~×'],
  [93, 'OQ&w'],
  [111, '@M—…→←%mW'],
];

const tableOf = (widths: Widths): ReadonlyMap<string, number> =>
  new Map(widths.flatMap(([width, characters]) => [...characters].map((one) => [one, width] as const)));

const tables = { regular: tableOf(regular), bold: tableOf(bold) };

/** For characters that no table has: as wide as the widest. */
const UNKNOWN = 111;

/** The width of a text in pixels. A browser never needs more. */
export function widthOf(text: string, { size, isBold }: Font): number {
  const table = isBold ? tables.bold : tables.regular;
  const hundredths = [...text].reduce((sum, one) => sum + (table.get(one) ?? UNKNOWN), 0);
  return (hundredths * size) / 100;
}

/** Breaks a text between words into lines no wider than this. A longer word has a line of its own. */
export function linesOf(text: string, font: Font, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(' ').filter((one) => one !== '')) {
    const line = lines.at(-1);
    const longer = `${line} ${word}`;
    if (line !== undefined && widthOf(longer, font) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** Breaks a text into the same number of lines, of about the same width. */
export function evenLinesOf(text: string, font: Font, width: number): readonly string[] {
  const wanted = linesOf(text, font, width);
  let best = wanted;
  for (let narrower = width - 4; narrower > width / 2; narrower -= 4) {
    const lines = linesOf(text, font, narrower);
    if (lines.length > wanted.length || widest(lines, font) > narrower) break;
    best = lines;
  }
  return best;
}

/** The width of the widest line, in pixels. */
export const widest = (lines: readonly string[], font: Font): number =>
  Math.max(0, ...lines.map((line) => widthOf(line, font)));
