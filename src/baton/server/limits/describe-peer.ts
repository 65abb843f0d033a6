// The address of a caller, for logs.
import type { Socket } from 'node:net';
import { formatListenAddress } from '../listen-address.ts';

/** `host:port`; undefined for a Unix socket, and once the connection is closed. */
export function describePeer({ remoteAddress, remotePort }: Socket): string | undefined {
  return remoteAddress === undefined || remotePort === undefined
    ? undefined
    : formatListenAddress({ host: remoteAddress, port: remotePort });
}
