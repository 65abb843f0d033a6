// A chart of bars: how many grants each resource has, by kind.
import { formatCount, resourceUrl, useAnswer, wordsOf } from './api.js';
import { share } from './columns.js';
import { html } from './html.js';
import { Working } from './working.js';

const barsMax = 12;

export function Bars({ type, title }) {
  const { answer, error } = useAnswer('table', { of: 'resources', type, sort: '-grants', size: barsMax });
  if (error) return html`<p class="error" role="alert">${error}</p>`;
  if (!answer) return html`<h2>${title}</h2><${Working} text="Counting grants…" />`;
  const rows = answer.rows.filter(({ grants }) => grants > 0);
  if (rows.length === 0) return null;
  const kinds = answer.columns.filter((name) => name.startsWith('grants:'));
  const parts = kinds.length > 0 ? kinds : ['grants'];
  const most = Math.max(...rows.map(({ grants }) => grants));
  return html`<figure>
    <figcaption>
      ${title}${answer.total > rows.length && html` <span class="quiet">the largest ${rows.length} of ${formatCount(answer.total)}</span>`}
      ${
        parts.length > 1 &&
        html`<ul class="legend">
          ${parts.map((name, i) => html`<li><span class=${`swatch part${i}`}></span>${wordsOf(name.slice('grants:'.length))}</li>`)}
        </ul>`
      }
    </figcaption>
    <ul class="bars">
      ${rows.map(
        (row) => html`<li>
          <a href=${resourceUrl(row)}>${row.name}</a>
          <svg aria-hidden="true" viewBox="0 0 100 10" preserveAspectRatio="none">${stack(row, parts, most)}</svg>
          <span class="number">${formatCount(row.grants)}${kinds.length > 1 && html` <span class="quiet">${share(row[kinds[0]], row.grants)} ${wordsOf(kinds[0].slice('grants:'.length)).toLowerCase()}</span>`}</span>
        </li>`,
      )}
    </ul>
  </figure>`;
}

function stack(row, parts, most) {
  let x = 0;
  return parts.map((name, i) => {
    const width = (100 * row[name]) / most;
    x += width;
    return html`<rect class=${`part${i}`} x=${x - width} width=${width} height="10" />`;
  });
}
