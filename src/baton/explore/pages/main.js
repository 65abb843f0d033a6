// Shows the page that the URL names. Each link loads its page: the browser does history, focus and scrolling.
import { useAnswer } from './api.js';
import { ChangesPage } from './changes.js';
import { GroupsPage } from './groups.js';
import { Heading } from './heading.js';
import { html } from './html.js';
import { Layout } from './layout.js';
import { render } from './lib/preact.js';
import { LeaversPage, SearchPage, TypePage } from './lists.js';
import { OverviewPage } from './overview.js';
import { ResourcePage } from './resource.js';
import { Working } from './working.js';

const pages = {
  '/': OverviewPage,
  '/type': TypePage,
  '/resource': ResourcePage,
  '/leavers': LeaversPage,
  '/changes': ChangesPage,
  '/groups': GroupsPage,
  '/search': SearchPage,
};

function App() {
  const { answer: file, error } = useAnswer('file');
  if (error) return html`<main><${Heading} text="Explore" /><p class="error" role="alert">${error}</p></main>`;
  if (!file) return html`<main><${Working} text="Opening…" /></main>`;
  const query = Object.fromEntries(new URLSearchParams(location.search));
  return html`<${Layout} file=${file} query=${query}><${pages[location.pathname]} file=${file} query=${query} /><//>`;
}

render(html`<${App} />`, document.body);
