// What the file holds, in numbers and pictures.
import { formatCount, pluralOf, typeUrl, wordsOf } from './api.js';
import { Bars } from './bars.js';
import { Heading } from './heading.js';
import { html } from './html.js';

export function OverviewPage({ file }) {
  const granted = file.types.filter(({ traits, grants }) => !traits.includes('user') && grants > 0);
  return html`
    <${Heading} text="Overview" />
    <ul class="cards">
      ${file.types.map(
        ({ id, name, resources }) => html`<li>
          <a href=${typeUrl(id)}><strong>${formatCount(resources)}</strong> ${resources === 1 ? wordsOf(name) : pluralOf(name)}</a>
        </li>`,
      )}
      <li><span><strong>${formatCount(file.grants)}</strong> Grants</span></li>
    </ul>
    ${granted.map(({ id, name }) => html`<${Bars} type=${id} title=${`${pluralOf(name)} by number of grants`} />`)}
  `;
}
