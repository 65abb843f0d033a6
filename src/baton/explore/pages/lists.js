// Pages that are a table.
import { pluralOf } from './api.js';
import { Bars } from './bars.js';
import { countedColumns, everythingColumns, leaverColumns, peopleColumns } from './columns.js';
import { Heading } from './heading.js';
import { html } from './html.js';
import { Table } from './table.js';

export function TypePage({ file, query: { id } }) {
  const type = file.types.find((each) => each.id === id);
  if (!type) return html`<${Heading} text="No such type" /><p>This sync has no type ${id}.</p>`;
  const isUser = type.traits.includes('user');
  const label = pluralOf(type.name);
  return html`
    <${Heading} text=${label} />
    ${!isUser && type.grants > 0 && html`<${Bars} type=${id} title="By number of grants" />`}
    <${Table} label=${label} of=${{ of: 'resources', type: id }} columns=${isUser ? peopleColumns : countedColumns} facets=${isUser ? ['status'] : []} />
  `;
}

export function LeaversPage() {
  return html`
    <${Heading} text="Leavers" />
    <p>Accounts that are disabled, deleted or gone, and still have grants.</p>
    <${Table} label="Leavers" of=${{ of: 'leavers' }} columns=${leaverColumns} facets=${['reason']} empty="Nobody: no disabled or missing account has grants" />
  `;
}

export function SearchPage({ query: { q = '' } }) {
  return html`
    <${Heading} text="Search" />
    <${Table} label="Everything" of=${{ of: 'resources' }} columns=${everythingColumns} facets=${['type', 'status']} search=${q} />
  `;
}
