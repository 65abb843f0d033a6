// The columns of the tables.
import { formatCount, resourceUrl, wordsOf } from './api.js';
import { html } from './html.js';

export function Status({ status }) {
  return status ? html`<span class=${`status ${status}`}>${status}</span>` : html`<span class="quiet">unknown</span>`;
}

const name = {
  name: 'name',
  title: 'Name',
  cell: ({ type, id, name: called }) => html`<a href=${resourceUrl({ type, id })}>${called || id}</a>`,
};
/** Empty for what has none, such as a course. */
const status = {
  name: 'status',
  title: 'Status',
  cell: (row) => row.status && html`<${Status} status=${row.status} />`,
};

export const peopleColumns = [
  name,
  { name: 'email', title: 'E-mail' },
  status,
  { name: 'last_login', title: 'Last login', cell: (row) => row.last_login.slice(0, 10) },
  { name: 'id', title: 'Id', cell: ({ id }) => html`<code>${id}</code>` },
];

export const everythingColumns = [
  name,
  { name: 'type', title: 'Type' },
  { name: 'email', title: 'E-mail' },
  status,
  { name: 'id', title: 'Id', cell: ({ id }) => html`<code>${id}</code>` },
];

/** Of resources that others have, with the share of each kind of grant. */
export function countedColumns(names) {
  const slugs = names.filter((each) => each.startsWith('grants:'));
  return [
    name,
    { name: 'grants', title: 'Grants', isNumber: true },
    ...(slugs.length > 1 ? slugs : []).map((slug) => ({
      name: slug,
      title: wordsOf(slug.slice('grants:'.length)),
      isNumber: true,
      cell: (row) =>
        html`${formatCount(row[slug])}${row.grants > 0 && html` <span class="quiet">${share(row[slug], row.grants)}</span>`}`,
    })),
    { name: 'description', title: 'Description' },
  ];
}

export const share = (part, all) => `${Math.round((100 * part) / all)} %`;

const entitlement = { name: 'entitlement', title: 'Entitlement', cell: (row) => wordsOf(row.entitlement) };
const way = { name: 'how', title: 'How', cell: (row) => row.how || 'direct' };
const details = { name: 'details', title: 'Details', cell: (row) => wordsOf(row.details) };

export const heldColumns = [
  {
    name: 'resource',
    title: 'What',
    cell: (row) => html`<a href=${resourceUrl({ type: row.resource_type, id: row.resource_id })}>${row.resource}</a>`,
  },
  entitlement,
  details,
  way,
];

export const holderColumns = [
  {
    name: 'principal',
    title: 'Who',
    cell: (row) =>
      html`<a href=${resourceUrl({ type: row.principal_type, id: row.principal_id })}>${row.principal}</a>`,
  },
  { name: 'email', title: 'E-mail' },
  status,
  entitlement,
  details,
  way,
];

export const leaverColumns = [
  name,
  { name: 'email', title: 'E-mail' },
  { name: 'reason', title: 'Reason', cell: ({ reason }) => html`<span class=${`status ${reason}`}>${reason}</span>` },
  { name: 'grants', title: 'Grants', isNumber: true },
  { name: 'grants_by_type', title: 'Still holds' },
];

export const changeColumns = [
  { name: 'change', title: 'Change' },
  { name: 'of', title: 'Of' },
  name,
  { name: 'type', title: 'Type' },
  { name: 'email', title: 'E-mail' },
  { name: 'before', title: 'Before' },
  { name: 'after', title: 'After' },
];
