// Queries the health endpoint of a running connector.
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { Code, ServiceError } from '../../author/service-error.ts';
import { withTimeLimit } from '../../net/abort.ts';
import { readText } from '../../net/http-sender.ts';
import { formatListenAddress, type TcpAddress } from '../listen-address.ts';
import type { HealthPath } from './health-endpoint.ts';

export interface AskHealthOptions {
  /** Where the connector listens. Of one that listens on all addresses, the loopback address is used. */
  readonly address: TcpAddress;
  readonly endpoint: HealthPath;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** A health report is a few hundred bytes long. */
const bodyBytesMax = 64 * 1024;

/**
 * Resolves if the connector is healthy, ready or alive.
 * @throws ServiceError UNAVAILABLE with the response of the connector, or the reason why none came.
 */
export async function askHealth({ address, endpoint, timeoutMs, signal }: AskHealthOptions): Promise<void> {
  const url = `http://${formatListenAddress({ ...address, host: reachable(address.host) })}/${endpoint}`;
  const timeoutError = () => new Error(`no response within ${timeoutMs / 1000} s`);
  const { statusCode, body } = await withTimeLimit({ timeoutMs, signal, timeoutError }, (limited) =>
    get(url, limited),
  ).catch((cause: NodeJS.ErrnoException) => {
    signal.throwIfAborted();
    const advice = cause.code === undefined ? '' : '; is a connector running there with --health-check?';
    throw new ServiceError(Code.Unavailable, `cannot query ${url}: ${cause.message}${advice}`, {
      reason: 'no_answer',
      cause,
    });
  });
  if (statusCode !== 200) {
    const message = `${url} responded with ${statusCode}${describeBody(body)}`;
    throw new ServiceError(Code.Unavailable, message, { reason: 'unhealthy' });
  }
}

function reachable(host: string): string {
  return { '0.0.0.0': '127.0.0.1', '::': '::1' }[host] ?? host;
}

/**
 * Without a proxy: the connector runs on this machine, or next to it. With Node's own client, which loads faster than
 * undici: probes start a process each time.
 */
async function get(url: string, signal: AbortSignal) {
  const sent = request(url, { agent: false, signal }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return { statusCode: response.statusCode, body: await readText(response, bodyBytesMax) };
}

/** The details of a health report; of any other body, its beginning. */
function describeBody(body: string): string {
  try {
    const { status, details = {} } = JSON.parse(body) as { status?: string; details?: Record<string, string> };
    return `: ${[status, ...Object.values(details)].join(': ')}`;
  } catch {
    return body.trim() ? `: ${body.trim().slice(0, 200)}` : '';
  }
}
