// What changed between two syncs of the file.
import { formatTime, useAnswer } from './api.js';
import { changeColumns } from './columns.js';
import { Heading } from './heading.js';
import { html } from './html.js';
import { Table } from './table.js';
import { Working } from './working.js';

export function ChangesPage({ file, query }) {
  const finished = file.syncs.filter(({ type, ended_at }) => type === 'full' && ended_at);
  const { before = finished.at(-2)?.sync_id, after = finished.at(-1)?.sync_id } = query;
  if (!before || !after) {
    return html`<${Heading} text="Changes" /><p>The file has only one finished full sync. Another sync into the same file has something to compare with.</p>`;
  }
  return html`
    <${Heading} text="Changes" />
    <form class="tools">
      <${Choose} name="before" title="From" syncs=${file.syncs} chosen=${before} />
      <${Choose} name="after" title="To" syncs=${file.syncs} chosen=${after} />
      <button>Compare</button>
    </form>
    <${Changes} before=${before} after=${after} />
  `;
}

function Choose({ name, title, syncs, chosen }) {
  return html`<label>${title} <select name=${name}>
    ${syncs.map(({ sync_id, type, started_at }) => html`<option value=${sync_id} selected=${sync_id === chosen}>${formatTime(started_at)} ${type === 'full' ? '' : type} (${sync_id.slice(0, 8)}…)</option>`)}
  </select></label>`;
}

function Changes({ before, after }) {
  const { answer, error } = useAnswer('changes', { before, after });
  if (error) return html`<p class="error" role="alert">${error}</p>`;
  if (!answer) return html`<${Working} text="Comparing…" />`;
  return html`
    <ul>${answer.lines.map((line) => html`<li>${line}</li>`)}</ul>
    ${answer.counts.changed && html`<${Table} label="Changes" of=${{ of: 'changes', before, after }} columns=${changeColumns} facets=${['change', 'of', 'type']} />`}
  `;
}
