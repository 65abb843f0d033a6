// A table that the server searches, sorts and cuts into pages.
import { formatCount, urlOf, useAnswer } from './api.js';
import { html } from './html.js';
import { useEffect, useState } from './lib/hooks.js';
import { Working } from './working.js';

const pageSize = 50;

/**
 * `of`: the parameters that name the table. `columns`: a list of `{ name, title, cell?, isNumber?, isFixed? }`, or a function of the
 * server's column names. `facets`: names of columns to choose a value of.
 */
export function Table({ label, of, columns, facets = [], empty = 'Nothing', search: initial = '' }) {
  const [typed, setTyped] = useState(initial);
  const [search, setSearch] = useState(initial);
  const [sort, setSort] = useState();
  const [page, setPage] = useState(1);
  const [chosen, setChosen] = useState({});
  useEffect(() => {
    const timer = setTimeout(() => {
      setSearch(typed);
      if (typed !== search) setPage(1);
    }, 150);
    return () => clearTimeout(timer);
  }, [typed]);
  const where = Object.fromEntries(Object.entries(chosen).map(([name, value]) => [`is.${name}`, value]));
  const request = { ...of, q: search.trim(), sort, ...where };
  const { answer, error, isOld } = useAnswer('table', { ...request, facets: facets.join(','), page, size: pageSize });
  if (error) return html`<p class="error" role="alert">${error}</p>`;
  if (!answer) return html`<${Working} text=${`Reading ${label.toLowerCase()}…`} />`;
  const shown = typeof columns === 'function' ? columns(answer.columns) : columns;
  const pages = Math.max(1, Math.ceil(answer.total / pageSize));
  const isFiltered = search.trim() !== '' || Object.values(chosen).some((value) => value !== '');
  return html`
    <div class="tools">
      <label>Filter <input type="search" value=${typed} maxlength="500" onInput=${(event) => setTyped(event.target.value)} /></label>
      ${facets
        .filter((name) => answer.choices[name]?.length > 1)
        .map(
          (name) => html`<label
            >${shown.find((column) => column.name === name)?.title ?? name}
            <select
              onChange=${(event) => {
                setChosen({ ...chosen, [name]: event.target.value });
                setPage(1);
              }}
            >
              <option value="">all</option>
              ${answer.choices[name]
                .filter(({ value }) => value !== '')
                .map(
                  ({ value, count }) =>
                    html`<option value=${value} selected=${chosen[name] === String(value)}>${value} (${formatCount(count)})</option>`,
                )}
            </select>
          </label>`,
        )}
      <a class="button" href=${urlOf('/api/table.csv', request)} download>Download CSV</a>
      <span role="status">${isOld ? 'Reading…' : `${formatCount(answer.total)} ${answer.total === 1 ? 'row' : 'rows'}`}</span>
    </div>
    ${
      answer.total === 0
        ? html`<p>${isFiltered ? 'No row matches.' : `${empty}.`}</p>`
        : html`<div class="scroll" role="region" aria-label=${label} tabindex="0">
            <table>
              <caption class="hidden">${label}</caption>
              <thead>
                <tr>
                  ${shown.map(
                    (column) =>
                      html`<${Head} column=${column} sort=${sort} onSort=${(next) => {
                        setSort(next);
                        setPage(1);
                      }} />`,
                  )}
                </tr>
              </thead>
              <tbody>
                ${answer.rows.map(
                  (row) => html`<tr>
                    ${shown.map(({ name, cell, isNumber }) => html`<td class=${isNumber ? 'number' : ''}>${cell ? cell(row) : isNumber ? formatCount(row[name]) : row[name]}</td>`)}
                  </tr>`,
                )}
              </tbody>
            </table>
          </div>`
    }
    ${
      pages > 1 &&
      html`<nav class="pages" aria-label=${`Pages of ${label}`}>
        <button disabled=${page === 1} onClick=${() => setPage(1)}>First</button>
        <button disabled=${page === 1} onClick=${() => setPage(page - 1)}>Previous</button>
        <span>Page ${formatCount(page)} of ${formatCount(pages)}</span>
        <button disabled=${page >= pages} onClick=${() => setPage(page + 1)}>Next</button>
        <button disabled=${page >= pages} onClick=${() => setPage(pages)}>Last</button>
      </nav>`
    }
  `;
}

function Head({ column: { name, title, isNumber }, sort, onSort }) {
  const direction = sort === name ? 'ascending' : sort === `-${name}` ? 'descending' : 'none';
  const next = direction === 'ascending' ? `-${name}` : direction === 'descending' ? undefined : name;
  const mark = { ascending: ' ▲', descending: ' ▼', none: '' }[direction];
  return html`<th scope="col" aria-sort=${direction} class=${isNumber ? 'number' : ''}>
    <button onClick=${() => onSort(next)}>${title}<span aria-hidden="true">${mark}</span></button>
  </th>`;
}
