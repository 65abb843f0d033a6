// Redirects of the API: to another path of the same origin, or to another origin, as storage services are.
import type { Answer } from './answer.ts';

export const REDIRECT_STATUSES = [301, 302, 303, 307, 308] as const;

/**
 * Where a redirect leads: `path` to the same request below `/moved`, with a relative `Location`; `origin` to the same
 * request below `/stored` of another origin (the other name of the loopback host), which needs no token; or as written.
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

/** The redirect of a request, with an HTML body as gateways send it. */
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

/** The path of the API that a redirect led to, and whether it needs a token there. */
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
