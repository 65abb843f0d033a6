// Makes plain text of titles and descriptions, which Percipio may return as HTML.
import { Parser } from 'htmlparser2';

/** What may be markup or an entity. Most texts have neither: they are not parsed. */
const maybeHtml = /<[a-z/!?]|&(?:#|[a-z])/i;

/** Elements that do not separate the words before and after them. */
const inlineElements = new Set(
  'a abbr b big code del em font i ins mark s small span strike strong sub sup tt u'.split(' '),
);

/** Elements that separate words. */
const otherElements = new Set(
  'address article aside audio blockquote body br button caption center cite col colgroup dd details div dl dt figcaption figure footer form h1 h2 h3 h4 h5 h6 head header hr html iframe img input label li main nav object ol option p pre q script section select source style summary table tbody td textarea tfoot th thead title tr ul video'.split(
    ' ',
  ),
);

/** Elements whose content is not text. */
const hiddenElements = new Set(['head', 'iframe', 'object', 'script', 'select', 'style']);

/** Each tag costs the parser time in proportion to the elements around it. No title or description nests as deeply. */
const depthMax = 256;

/**
 * The text without markup, with characters instead of entities, and without white space around it. What only looks like
 * markup stays: `List<String>`, `a < b`, `R&D`. Line breaks of plain text stay; those of HTML are blanks.
 * After 256 nested elements, the rest stays as it is.
 */
export function toPlainText(text: string): string {
  if (!maybeHtml.test(text)) {
    return text.trim();
  }
  let plain = '';
  let hidden = 0;
  let depth = 0;
  const source = escapeUnclosed(text);
  const parser = new Parser(
    {
      ontext: (data) => {
        if (hidden === 0) plain += data;
      },
      onopentag: (name) => {
        depth += 1;
        if (depth > depthMax) parser.pause();
        if (hiddenElements.has(name)) hidden += 1;
        else if (otherElements.has(name)) plain += ' ';
        else if (!inlineElements.has(name)) plain += source.slice(parser.startIndex, parser.endIndex + 1);
      },
      onclosetag: (name, isImplied) => {
        depth -= 1;
        if (hiddenElements.has(name)) hidden -= 1;
        else if (otherElements.has(name)) plain += ' ';
        else if (!isImplied && !inlineElements.has(name)) plain += source.slice(parser.startIndex, parser.endIndex + 1);
      },
    },
    { decodeEntities: true },
  );
  parser.end(source);
  if (depth > depthMax) plain += source.slice(parser.endIndex + 1);
  return plain.replace(/\s+/g, ' ').trim();
}

/** No `>` ends what begins at a `<` behind the last one: a parser would drop it and all that follows. */
function escapeUnclosed(text: string): string {
  const end = text.lastIndexOf('>') + 1;
  return text.slice(0, end) + text.slice(end).replaceAll('<', '&lt;');
}
