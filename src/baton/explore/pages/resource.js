// A person with what they have, or anything else with who has it.
import { formatCount, formatTime, pluralOf, resourceUrl, typeUrl, useAnswer, wordsOf } from './api.js';
import { heldColumns, holderColumns, Status, share } from './columns.js';
import { Heading } from './heading.js';
import { html } from './html.js';
import { Table } from './table.js';
import { Working } from './working.js';

export function ResourcePage({ file, query: { type, id } }) {
  const { answer: resource, error } = useAnswer('resource', { type, id });
  if (error) return html`<${Heading} text="Not found" /><p class="error" role="alert">${error}</p>`;
  if (!resource) return html`<${Working} text="Reading…" />`;
  const typeName = file.types.find((each) => each.id === type)?.name ?? type;
  return html`
    <p class="quiet"><a href=${typeUrl(type)}>${pluralOf(typeName)}</a></p>
    <${Heading} text=${resource.name} />
    ${!resource.listed && html`<p class="notice">This sync has grants that refer to ${type} ${id}, but does not list it.</p>`}
    ${resource.listed && html`<${Facts} resource=${resource} />`}
    ${resource.user ? html`<${Held} file=${file} principal=${{ type, id }} />` : html`<${Holders} resource=${resource} />`}
  `;
}

function Facts({ resource }) {
  const { parent, profile } = resource;
  const facts = [
    ...(resource.user || resource.status
      ? [
          [
            'Status',
            html`<${Status} status=${resource.status} />${resource.status_details && ` ${resource.status_details}`}`,
          ],
        ]
      : []),
    ['E-mail', resource.emails.join(', ')],
    ['Signs in as', resource.logins.join(', ')],
    ['Employee id', resource.employee_ids.join(', ')],
    ['Description', resource.description],
    ['Part of', parent && html`<a href=${resourceUrl(parent)}>${parent.name}</a>`],
    ['Created', formatTime(resource.created_at)],
    ['Last login', formatTime(resource.last_login)],
    // Most connectors repeat the id there.
    ...Object.entries(profile.id === resource.id ? { ...profile, id: '' } : profile).map(([key, value]) => [
      wordsOf(key),
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
    ['Id', html`<code>${resource.id}</code>`],
  ].filter(([, value]) => value);
  return html`<dl class="facts">
    ${facts.map(([title, value]) => html`<div><dt>${title}</dt><dd>${value}</dd></div>`)}
  </dl>`;
}

function Held({ file, principal }) {
  // Roles first: there are few, and they say most.
  const rank = ({ traits }) => (traits.includes('role') ? 0 : traits.includes('group') ? 1 : 2);
  const types = file.types.filter(({ grants }) => grants > 0).sort((a, b) => rank(a) - rank(b));
  return types.map(
    ({ id, name }) => html`<section>
      <h2>${pluralOf(name)}</h2>
      <${Table} label=${pluralOf(name)} of=${{ of: 'grants', principal_type: principal.type, principal_id: principal.id, type: id }} columns=${heldColumns} facets=${['entitlement']} empty="None" />
    </section>`,
  );
}

function Holders({ resource: { type, id, counts, entitlements } }) {
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const names = Object.fromEntries(entitlements.map(({ slug, name }) => [slug, name]));
  return html`
    ${
      all > 0 &&
      html`<ul class="cards">
        ${Object.entries(counts).map(
          ([slug, count]) => html`<li>
            <span title=${names[slug]}><strong>${formatCount(count)}</strong> ${wordsOf(slug).toLowerCase()}${count < all && html` <span class="quiet">${share(count, all)}</span>`}</span>
          </li>`,
        )}
      </ul>`
    }
    <h2>Who has it</h2>
    <${Table} label="Who has it" of=${{ of: 'grants', resource_type: type, resource_id: id }} columns=${holderColumns} facets=${['entitlement', 'status']} empty="Nobody" />
    <${HeldByIt} type=${type} id=${id} />
  `;
}

/** What a group or the like has itself. */
function HeldByIt({ type, id }) {
  const of = { of: 'grants', principal_type: type, principal_id: id };
  const { answer, error } = useAnswer('table', { ...of, size: 1 });
  if (error) return html`<p class="error" role="alert">${error}</p>`;
  if (!answer || answer.total === 0) return null;
  return html`<h2>What it has</h2><${Table} label="What it has" of=${of} columns=${heldColumns} facets=${['resource_type', 'entitlement']} />`;
}
