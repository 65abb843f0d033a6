// Which groups are in which, and what they have.
import { resourceUrl, useAnswer, wordsOf } from './api.js';
import { Graph } from './graph.js';
import { Heading } from './heading.js';
import { html } from './html.js';
import { Working } from './working.js';

export function GroupsPage() {
  const { answer: graph, error } = useAnswer('groups');
  if (error) return html`<${Heading} text="Nesting" /><p class="error" role="alert">${error}</p>`;
  if (!graph) return html`<${Heading} text="Nesting" /><${Working} text="Reading…" />`;
  const { nodes, edges } = graph;
  return html`
    <${Heading} text="Nesting" />
    <p>Groups and others that have grants themselves, which their members get through them.</p>
    ${edges.length === 0 && html`<p>None: all grants are those of people.</p>`}
    ${graph.isCut && html`<p class="notice">There are more: these are the first ${edges.length}.</p>`}
    ${
      edges.length > 0 &&
      html`<${Graph} graph=${graph} linkOf=${resourceUrl} />
        <h2>As a list</h2>
        <ul>
          ${edges.map(
            ({ from, to, slug }) => html`<li>
              <a href=${resourceUrl(nodes[from])}>${nodes[from].name}</a> → <a href=${resourceUrl(nodes[to])}>${nodes[to].name}</a> (${wordsOf(slug).toLowerCase()})
            </li>`,
          )}
        </ul>`
    }
  `;
}
