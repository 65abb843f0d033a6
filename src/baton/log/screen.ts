// A terminal whose last lines are redrawn in place, below everything else that is written to it.
import type { Output } from '../author/host.ts';

/** The assumed width of a terminal that does not report one. */
const columnsDefault = 80;

/** More lines may not fit the terminal, and then they could not be redrawn in place. */
const linesMax = 8;

/** Moves to the start of the line, and erases everything from there on. */
const eraseBelow = '\r\x1b[J';

/** A terminal that is narrower shows the beginning of each line alone. */
const columnsMin = 20;

/**
 * The cursor stays at the start of the redrawn lines, so that text from elsewhere overwrites them instead of following
 * them.
 */
export class Screen {
  readonly #terminal: Output;
  #lines: readonly string[] = [];
  #isDrawn = false;
  /** Whether the last text left the cursor within a line: then nothing is drawn until that has ended. */
  #isWithinLine = false;

  constructor(terminal: Output) {
    this.#terminal = terminal;
  }

  /**
   * Replaces the lines at the end.
   * @param lines - Without control characters. Those that do not fit are broken between words.
   */
  draw(lines: readonly string[]): void {
    const width = (this.#terminal.columns || columnsDefault) - 1;
    this.#lines = lines.flatMap((line) => wrap(line, width)).slice(0, linesMax);
    const text = this.#redrawn('');
    if (text !== '') this.#terminal.write(text);
  }

  /** An output that may be the same terminal: what is written to it goes above the lines. */
  above(output: Output): Output {
    return {
      write: (text, written) => output.write(this.#redrawn(text), written),
      get writableLength() {
        return output.writableLength;
      },
      get isTTY() {
        return output.isTTY;
      },
      get columns() {
        return output.columns;
      },
    };
  }

  /** A text in place of the lines, and the lines below it. */
  #redrawn(text: string): string {
    const erased = this.#isDrawn ? eraseBelow : '';
    if (text !== '') this.#isWithinLine = !text.endsWith('\n');
    const { length } = this.#lines;
    this.#isDrawn = length > 0 && !this.#isWithinLine;
    if (!this.#isDrawn) return erased + text;
    return `${erased}${text}${this.#lines.join('\n')}\r${length > 1 ? `\x1b[${length - 1}A` : ''}`;
  }
}

/** Breaks a line between words, or within one that is longer than a line. Further lines are indented. */
function wrap(line: string, width: number): string[] {
  if (width < columnsMin) return [line.slice(0, width)];
  const lines: string[] = [];
  let rest = line;
  while (rest.length > width) {
    const space = rest.lastIndexOf(' ', width);
    const end = space > width / 2 ? space : width;
    lines.push(rest.slice(0, end).trimEnd());
    rest = `    ${rest.slice(end).trimStart()}`;
  }
  return [...lines, rest];
}
