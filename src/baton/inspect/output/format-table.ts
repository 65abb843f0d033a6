// A table as text: aligned columns, fitted to a terminal.
import { formatCount } from '../../log/format-numbers.ts';
import { escapeControls } from '../../net/escape-controls.ts';
import type { AnyTable, Cell } from '../table.ts';
import type { Style } from './style.ts';
import { fitWidth, padWidth, textWidth } from './text-width.ts';

/** So many rows decide how wide the columns are. */
const measuredRows = 1000;
const gap = '  ';
/** No column is made narrower, unless all would have to be. */
const columnMin = 8;

interface TableLayout {
  readonly style: Style;
  /** Of the terminal; undefined if there is none: then nothing is cut off. */
  readonly columns: number | undefined;
}

/** The lines of a table, with its head. A table without rows has no lines. */
export function* formatTable(
  { titles, textRows }: Pick<AnyTable, 'titles' | 'textRows'>,
  { style, columns }: TableLayout,
): Generator<string> {
  const rows = textRows();
  const sample: (readonly Cell[])[] = [];
  let next = rows.next();
  for (; !next.done && sample.length < measuredRows; next = rows.next()) sample.push(next.value);
  if (sample.length === 0) return;
  // A column that is empty throughout says nothing. That is only known if all rows are.
  const shown = titles.flatMap((_, at) => (next.done && sample.every((row) => row[at] === '') ? [] : [at]));
  const isNumber = shown.map((at) => sample.every((row) => typeof row[at] === 'number'));
  const widths = fit(
    shown.map((at) => Math.max(...sample.map((row) => textWidth(show(row[at]))), (titles[at] ?? '').length)),
    columns,
  );
  const line = (cells: readonly Cell[], isHead = false) =>
    shown
      .map((at, i) => {
        const text = columns === undefined ? show(cells[at]) : fitWidth(show(cells[at]), widths[i] ?? 0);
        const padded =
          i === shown.length - 1 && !isNumber[i]
            ? text
            : padWidth(text, widths[i] ?? 0, isNumber[i] ? 'right' : 'left');
        return isHead ? style.head(padded) : style.cell(text, padded);
      })
      .join(gap)
      .trimEnd();
  yield line(titles, true);
  for (const row of sample) yield line(row);
  for (; !next.done; next = rows.next()) yield line(next.value);
}

function show(cell: Cell = ''): string {
  return typeof cell === 'number' ? formatCount(cell) : escapeControls(cell);
}

/** Narrows the widest columns until all fit. */
function fit(widths: readonly number[], columns: number | undefined): readonly number[] {
  if (columns === undefined) return widths;
  const fitted = [...widths];
  const room = Math.max(columns - gap.length * (widths.length - 1), columnMin * widths.length);
  for (let total = sum(fitted); total > room; total--) {
    const widest = fitted.indexOf(Math.max(...fitted));
    fitted[widest] = (fitted[widest] ?? 0) - 1;
  }
  return fitted;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
