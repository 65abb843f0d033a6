// Who may see the pages: whoever has the URL that the command printed.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/**
 * What a request shows to be let in. A page opened by the URL gets a cookie; its name has the port, since browsers send
 * the cookies of a host to all its ports.
 */
export function findAccess(
  request: IncomingMessage,
  url: URL,
  token: string,
): 'by URL' | 'by cookie or header' | undefined {
  const shown = url.searchParams.get('token');
  if (shown !== null) return isToken(shown, token) ? 'by URL' : undefined;
  const cookies = (request.headers.cookie ?? '').split(/;\s*/);
  const cookie = cookies.find((each) => each.startsWith(`${cookieName(url)}=`))?.slice(cookieName(url).length + 1);
  const header = /^Bearer (.*)$/.exec(request.headers.authorization ?? '')?.[1];
  return isToken(header ?? cookie ?? '', token) ? 'by cookie or header' : undefined;
}

/** Not readable by scripts, and not sent by links of other sites. Gone with the browser's session. */
export function writeCookie(url: URL, token: string): string {
  return `${cookieName(url)}=${token}; HttpOnly; SameSite=Strict; Path=/`;
}

function cookieName({ port }: URL): string {
  return `explore-${port}`;
}

function isToken(shown: string, token: string): boolean {
  const [a, b] = [shown, token].map((text) => createHash('sha256').update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
