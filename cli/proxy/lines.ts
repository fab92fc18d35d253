// Lines out of the pieces of a stream. A long line is put together once: joining it with each piece would take seconds.

/** Reads lines. */
export interface LineReader {
  /** The lines that end in this piece; nothing when a line is longer than the limit: then there is no reading on. */
  read(piece: Buffer): readonly string[] | undefined;
}

/** Makes a reader. @param longest The longest line, in bytes. */
export function lineReader(longest: number): LineReader {
  let pieces: Buffer[] = [];
  let length = 0;

  function keep(part: Buffer): void {
    length += part.length;
    if (length <= longest) pieces.push(part);
  }

  function end(): string {
    const line = Buffer.concat(pieces, length).toString('utf8');
    pieces = [];
    length = 0;
    return line;
  }

  return {
    read(piece) {
      const lines: string[] = [];
      let from = 0;
      for (let at = piece.indexOf('\n'); at >= 0; at = piece.indexOf('\n', from)) {
        keep(piece.subarray(from, at));
        if (length > longest) return undefined;
        lines.push(end());
        from = at + 1;
      }
      keep(piece.subarray(from));
      return length > longest ? undefined : lines;
    },
  };
}
