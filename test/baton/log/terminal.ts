// A terminal as its user sees it: it understands what the program writes to redraw its lines.
import type { Output } from '../../../src/baton/author/host.ts';

export interface Terminal extends Output {
  /** The lines that are visible, without blanks at their ends. */
  screen(): string[];
}

/** A control sequence with its count and its name, or a character. */
const tokens = new RegExp(String.raw`${'\x1b'}\[(\d*)([A-Z])|[\s\S]`, 'gu');

/** @throws Error for a control sequence that it does not know. */
export function createTerminal(columns = 80): Terminal {
  const lines = [''];
  let row = 0;
  let column = 0;
  const put = (character: string) => {
    if (column === columns) {
      row += 1;
      column = 0;
    }
    const line = (lines[row] ?? '').padEnd(column);
    lines[row] = line.slice(0, column) + character + line.slice(column + 1);
    column += 1;
  };
  const control: Record<string, (count: number) => void> = {
    '\n': () => {
      row += 1;
      column = 0;
      lines[row] ??= '';
    },
    '\r': () => {
      column = 0;
    },
    A: (count) => {
      row = Math.max(0, row - count);
    },
    J: () => {
      lines[row] = (lines[row] ?? '').slice(0, column);
      lines.length = row + 1;
    },
  };
  return {
    columns,
    isTTY: true,
    write: (text) => {
      for (const [token, count, name] of text.matchAll(tokens)) {
        const known = name === undefined && token > ' ' ? undefined : control[name ?? token];
        if (known) known(Number(count || 1));
        else if (name !== undefined) throw new Error(`unknown control sequence ${JSON.stringify(token)}`);
        else put(token);
      }
    },
    screen: () => lines.map((line) => line.trimEnd()),
  };
}
