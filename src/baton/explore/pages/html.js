// Preact with templates instead of JSX: nothing to build.
import htm from './lib/htm.js';
import { h } from './lib/preact.js';

export const html = htm.bind(h);
