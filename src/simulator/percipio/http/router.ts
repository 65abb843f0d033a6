// Finds the route of a request. Each file in routes/ returns a list of routes; the server joins the lists.
import { type Answer, ApiError, notFound } from './answer.ts';

/** The API families, which a service account gets permission for one by one: the first segment of a path. */
export const API_FAMILIES = ['user-management', 'content-discovery', 'reporting', 'common'] as const;
export type ApiFamily = (typeof API_FAMILIES)[number];

export interface RouteRequest {
  /** The path segments that the route's pattern names, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The parsed JSON body; undefined if there is none. */
  readonly body: unknown;
  /** The header, if there is one. */
  readonly accept: string | undefined;
  /** The URL without its query, for links to other pages. */
  readonly pageUrl: string;
  /** Aborted when the client disconnects or the simulator closes. */
  readonly signal: AbortSignal;
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** For example `/common/v1/organizations/:organizationId/collections`; a segment with a colon matches any text. */
  readonly path: string;
  readonly handle: (request: RouteRequest) => Answer | Promise<Answer>;
}

export interface FoundRoute {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

/**
 * Finds the route for a method and a path. Literal segments win over named ones.
 * Throws 404 for an unknown path, and 405 for a method that the path does not have.
 */
export function findRoute(routes: readonly Route[], method: string, path: string): FoundRoute {
  const parts = path.split('/').map(decodePart);
  const found = routes.flatMap((route) => {
    const params = matchPath(route.path.split('/'), parts);
    return params === undefined ? [] : [{ route, params }];
  });
  if (found.length === 0) {
    throw notFound(`no such endpoint: ${method} ${path}`);
  }
  const ofMethod = found.filter(({ route }) => route.method === method);
  const best = ofMethod.sort((a, b) => Object.keys(a.params).length - Object.keys(b.params).length)[0];
  if (best === undefined) {
    const allow = [...new Set(found.map(({ route }) => route.method))].join(', ');
    throw new ApiError(405, `${path} does not support ${method}, only ${allow}`, { allow });
  }
  return best;
}

function matchPath(pattern: readonly string[], parts: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== parts.length) return undefined;
  const params: Record<string, string> = {};
  for (const [position, expected] of pattern.entries()) {
    const part = parts[position] ?? '';
    if (expected.startsWith(':')) {
      if (part === '') return undefined;
      params[expected.slice(1)] = part;
    } else if (expected !== part) {
      return undefined;
    }
  }
  return params;
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
