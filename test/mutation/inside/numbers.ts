// Many numbers in a short text: most stand side by side.

/** Numbers in ascending order, as `1-3,7`. */
export type Numbers = string;

export function numbersOf(list: Iterable<number>): Numbers {
  const runs: [number, number][] = [];
  for (const number of list) {
    const last = runs.at(-1);
    if (last?.[1] === number - 1) last[1] = number;
    else runs.push([number, number]);
  }
  return runs.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(',');
}

export function listOf(numbers: Numbers): readonly number[] {
  if (numbers === '') return [];
  return numbers.split(',').flatMap((piece) => {
    const [from = 0, to = from] = piece.split('-').map(Number);
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });
}
