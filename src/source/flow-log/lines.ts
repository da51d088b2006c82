import type { ByteSource } from '../capture/chunks.ts';
import { CHUNK } from '../capture/stream.ts';

/** Longest line that is read, characters: the longest rows of Zeek's logs have some 20,000. */
const MAX_LINE = 65_536;

/** A line; without a text where it is longer than anything that is a row. `cut`: the file ends in it. */
export type Line = { text: string | undefined; number: number; cut: boolean };

/**
 * The lines of a text as they come in, those of one chunk at a time; bounded memory whatever the text holds.
 *
 * @param head bytes of the source that were read before
 */
export async function* linesOf(source: ByteSource, head: Uint8Array): AsyncGenerator<Line[]> {
  const decoder = new TextDecoder();
  const bytes = new Uint8Array(CHUNK);
  let rest = '';
  let isSkipping = false;
  let number = 0;
  for (let piece = head; ; piece = bytes.subarray(0, await source.read(bytes, 0))) {
    const isEnd = piece.length === 0 && piece !== head;
    const parts = (rest + (isEnd ? decoder.decode() : decoder.decode(piece, { stream: true }))).split('\n');
    rest = parts.pop()!;
    const lines = parts.map((part) => {
      const isTooLong = isSkipping || part.length > MAX_LINE;
      isSkipping = false;
      return { text: isTooLong ? undefined : withoutReturn(part), number: ++number, cut: false };
    });
    if (rest.length > MAX_LINE) {
      isSkipping = true;
      rest = '';
    }
    if (isEnd && (rest !== '' || isSkipping))
      lines.push({ text: isSkipping ? undefined : withoutReturn(rest), number: number + 1, cut: true });
    yield lines;
    if (isEnd) return;
  }
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}
