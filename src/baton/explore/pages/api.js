// Calls the server.
import { useEffect, useState } from './lib/hooks.js';

/** Asks the server. Parameters that are undefined or empty are left out. */
export async function ask(path, parameters = {}, signal = undefined) {
  const response = await fetch(urlOf(`/api/${path}`, parameters), { signal }).catch(() => {
    throw new Error('explore does not answer: it has been stopped. Start it again, and open the URL that it prints.');
  });
  // Whoever has no token gets words.
  if (response.status === 401) throw new Error(await response.text());
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

export function urlOf(path, parameters) {
  const set = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== '');
  return set.length > 0 ? `${path}?${new URLSearchParams(set)}` : path;
}

/** `{ answer }`, `{ error }`, or neither while the server is working. The answer before stays until there is another one. */
export function useAnswer(path, parameters = {}) {
  const [state, setState] = useState({});
  const key = urlOf(path, parameters);
  useEffect(() => {
    const request = new AbortController();
    ask(path, parameters, request.signal).then(
      (answer) => setState({ answer, key }),
      (error) => request.signal.aborted || setState({ error: error.message, key }),
    );
    return () => request.abort();
  }, [key]);
  return { ...state, isOld: state.key !== key };
}

export const resourceUrl = ({ type, id }) => urlOf('/resource', { type, id });
export const typeUrl = (id) => urlOf('/type', { id });

const numbers = new Intl.NumberFormat('en');
export const formatCount = (count) => numbers.format(count);
export const formatTime = (text) => (text ? `${text.slice(0, 10)} ${text.slice(11, 16)} UTC` : '');

/** The plural of the name of a type, as a title. */
export function pluralOf(name) {
  const title = wordsOf(name);
  if (/[^aeiou]y$/i.test(title)) return `${title.slice(0, -1)}ies`;
  return /(?:s|x|ch|sh)$/i.test(title) ? `${title}es` : `${title}s`;
}

/** `in_progress` as people write it. */
export function wordsOf(name) {
  const words = name.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
