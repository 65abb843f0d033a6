// What all pages have: search, navigation, and a word if the file has been replaced.
import { formatTime, pluralOf, typeUrl } from './api.js';
import { html } from './html.js';
import { useEffect, useRef } from './lib/hooks.js';

export function Layout({ file, query, children }) {
  const search = useRef();
  useEffect(() => {
    const onKey = (event) => {
      const isTyping = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
      if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      search.current.focus();
      search.current.select();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  return html`
    <a class="skip" href="#main">Skip to content</a>
    <header>
      <a class="brand" href="/">Explore</a>
      <nav aria-label="Main">
        <${NavLink} href="/">Overview<//>
        ${file.types.map(({ id, name }) => html`<${NavLink} href=${typeUrl(id)}>${pluralOf(name)}<//>`)}
        <${NavLink} href="/groups">Nesting<//>
        <${NavLink} href="/changes">Changes<//>
        <${NavLink} href="/leavers">Leavers<//>
      </nav>
      <form role="search" action="/search">
        <input ref=${search} type="search" name="q" maxlength="500" aria-label="Search everything" aria-keyshortcuts="/" placeholder="Search ( / )" value=${location.pathname === '/search' ? (query.q ?? '') : ''} />
      </form>
    </header>
    <main id="main" tabindex="-1">
      ${file.replaced && html`<p class="notice" role="status">The file has changed since it was opened. Start explore again to see what it holds now.</p>`}
      ${children}
    </main>
    <footer>
      <span>${file.file}</span>
      <span>${file.sync.type} sync of ${formatTime(file.sync.started_at)}${!file.sync.ended_at && ', which did not finish'}</span>
    </footer>
  `;
}

function NavLink({ href, children }) {
  const isHere = `${location.pathname}${location.search}` === href;
  return html`<a href=${href} aria-current=${isHere ? 'page' : undefined}>${children}</a>`;
}
