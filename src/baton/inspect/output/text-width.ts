// The width of text on a terminal, where East Asian characters and emoji take two columns.
import { eastAsianWidth } from 'get-east-asian-width';

const segmenter = new Intl.Segmenter();
/** Takes one column per character. */
const plain = /^[\x20-\x7e]*$/;
const emoji = /\p{RGI_Emoji}/v;
const withoutWidth = /^[\p{Mark}\p{Default_Ignorable_Code_Point}]+$/u;

/** The number of columns that text takes: text without control characters. */
export function textWidth(text: string): number {
  if (plain.test(text)) return text.length;
  let width = 0;
  for (const { segment } of segmenter.segment(text)) width += characterWidth(segment);
  return width;
}

/** Cuts text to a number of columns, and ends it with `…` if something is cut off. */
export function fitWidth(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text;
  let fitting = '';
  let width = 0;
  for (const { segment } of segmenter.segment(text)) {
    width += characterWidth(segment);
    if (width > columns - 1) break;
    fitting += segment;
  }
  return `${fitting}…`;
}

/** Pads text to a number of columns. */
export function padWidth(text: string, columns: number, align: 'left' | 'right' = 'left'): string {
  const padding = ' '.repeat(Math.max(0, columns - textWidth(text)));
  return align === 'left' ? text + padding : padding + text;
}

function characterWidth(character: string): number {
  if (withoutWidth.test(character)) return 0;
  if (emoji.test(character)) return 2;
  return eastAsianWidth(character.codePointAt(0) ?? 0);
}
