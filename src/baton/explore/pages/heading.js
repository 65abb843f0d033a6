// The heading of a page, which is its title in the browser, too.
import { html } from './html.js';
import { useEffect } from './lib/hooks.js';

export function Heading({ text }) {
  useEffect(() => {
    document.title = `${text} – Explore`;
  }, [text]);
  return html`<h1>${text}</h1>`;
}
