// Redirects: to another path of the same origin, or to another origin such as a storage service.
import type { Answer } from './answer.ts';

export const REDIRECT_STATUSES = [301, 302, 303, 307, 308] as const;

/**
 * The target of a redirect: `path` is the same path below `/moved`, as a relative `Location`; `origin` is the same path
 * below `/stored` at another origin (the other name of the loopback host), which needs no token; or any `Location`.
 */
export type RedirectTarget = 'path' | 'origin' | { readonly location: string };

export interface Redirect {
  /** Default 307. */
  readonly status?: (typeof REDIRECT_STATUSES)[number];
  /** Default `path`. */
  readonly to?: RedirectTarget;
}

const MOVED = '/moved';
const STORED = '/stored';

/** The redirect of a request, with an HTML body as from a gateway. */
export function redirectAnswer(
  { status = 307, to = 'path' }: Redirect,
  request: { readonly host: string; readonly path: string; readonly search: string },
): Answer {
  const location = locationOf(to, request);
  return {
    status,
    headers: { location, 'content-type': 'text/html; charset=utf-8' },
    body: '<html><body>The document has moved.</body></html>',
  };
}

function locationOf(
  to: RedirectTarget,
  { host, path, search }: { readonly host: string; readonly path: string; readonly search: string },
): string {
  if (to === 'path') return `${MOVED}${path}${search}`;
  if (to !== 'origin') return to.location;
  const { hostname, port } = new URL(`http://${host}`);
  return `http://${hostname === 'localhost' ? '127.0.0.1' : 'localhost'}:${port}${STORED}${path}${search}`;
}

/** Maps a redirected path back to that of the API, and returns whether it needs a token. */
export function followRedirects(path: string): { readonly path: string; readonly needsToken: boolean } {
  let rest = path;
  let needsToken = true;
  for (;;) {
    const prefix = [MOVED, STORED].find((each) => rest.startsWith(`${each}/`));
    if (prefix === undefined) return { path: rest, needsToken };
    needsToken &&= prefix !== STORED;
    rest = rest.slice(prefix.length);
  }
}
