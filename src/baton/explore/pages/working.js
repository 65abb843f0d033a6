// What a page shows while the server works: large files take seconds, the first time.
import { html } from './html.js';
import { useEffect, useState } from './lib/hooks.js';

/** From here on, a wait says how long it has been, and why. */
const longSeconds = 3;

/** `text` ends with `…`. The seconds are for the eye: read out one by one, they would be noise. */
export function Working({ text }) {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setSeconds((before) => before + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  return html`<p role="status">
    ${text}${seconds >= longSeconds && ' In a large file, this takes a while the first time.'}
    ${seconds >= longSeconds && html` <span class="quiet" aria-hidden="true">${seconds} s</span>`}
  </p>`;
}
