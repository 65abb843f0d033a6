// The heading of a page, which is its title in the browser, too.
import { html } from './html.js';
import { useLayoutEffect } from './lib/hooks.js';

export function Heading({ text }) {
  // Not later than the heading appears.
  useLayoutEffect(() => {
    document.title = `${text} – Explore`;
  }, [text]);
  return html`<h1>${text}</h1>`;
}
