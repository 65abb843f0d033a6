// How to call a server that has just started, as commands to try.
import { quoteForShell } from '../net/quote-for-shell.ts';
import { curlCommand } from '../server/http/curl-command.ts';
import { formatListenAddress, type ListenAddress, type TcpAddress } from '../server/listen-address.ts';
import type { TlsMaterial } from '../server/tls/mutual-tls.ts';
import { nameToDial } from '../server/tls/name-to-dial.ts';

/** Lines with grpcurl commands. @param tokenFile - The file with the token of callers, if there is one. */
export function describeGrpcCalls(
  address: ListenAddress,
  tls: TlsMaterial | undefined,
  tokenFile: string | undefined,
): readonly string[] {
  const call =
    tls && 'port' in address
      ? // The files of the client are unknown here.
        `-cacert SERVER_CA.pem -cert CLIENT.pem -key CLIENT_KEY.pem ${quoteForShell(nameForClients(address, tls))}`
      : `-plaintext ${quoteForShell(formatListenAddress(address))}`;
  const token = tokenFile === undefined ? '' : `-H "authorization: Bearer ${readToken(tokenFile)}" `;
  return [
    `  grpcurl ${token}${call} list`,
    `  grpcurl ${token}${call} c1.connector.v2.ResourceTypesService/ListResourceTypes`,
  ];
}

/** A line with a curl command. @param tokenFile - As above. */
export function describeHttpCall(
  address: ListenAddress,
  tls: TlsMaterial | undefined,
  tokenFile: string | undefined,
): string {
  const command = curlCommand('/c1.connector.v2.ResourceTypesService/ListResourceTypes', {
    origin:
      'path' in address
        ? 'http://localhost'
        : tls
          ? `https://${nameForClients(address, tls)}`
          : `http://${formatListenAddress(address)}`,
    socketPath: 'path' in address ? address.path : undefined,
    hasTls: tls !== undefined && 'port' in address,
    token: tokenFile && readToken(tokenFile),
  });
  return `  ${command}`;
}

/** The shell reads the token: it is not printed. */
function readToken(file: string): string {
  return `$(cat ${quoteForShell(file)})`;
}

function nameForClients({ host, port }: TcpAddress, { cert }: TlsMaterial): string {
  return formatListenAddress({ host: nameToDial(cert, host), port });
}
