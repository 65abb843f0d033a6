// Colors of text: on a terminal only, and not if NO_COLOR says so.
import { styleText } from 'node:util';
import type { Host } from '../../author/host.ts';

type Format = Parameters<typeof styleText>[0];

export interface Style {
  head(text: string): string;
  /** A cell, by what it says: a status that asks for attention. */
  cell(text: string, padded: string): string;
  added(text: string): string;
  removed(text: string): string;
  changed(text: string): string;
}

const formatOfCell: Readonly<Record<string, Format>> = { disabled: 'yellow', deleted: 'red', gone: 'red' };

export function chooseStyle({ stdout, env }: Pick<Host, 'stdout' | 'env'>): Style {
  const isColored = stdout.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
  const paint = (format: Format, text: string) =>
    isColored ? styleText(format, text, { validateStream: false }) : text;
  return {
    head: (text) => paint('bold', text),
    cell: (text, padded) => {
      const format = formatOfCell[text];
      return format ? paint(format, padded) : padded;
    },
    added: (text) => paint('green', text),
    removed: (text) => paint('red', text),
    changed: (text) => paint('yellow', text),
  };
}
