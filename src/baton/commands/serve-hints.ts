// How to call a server that has just started, as commands to try.
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
        `-cacert SERVER_CA.pem -cert CLIENT.pem -key CLIENT_KEY.pem ${nameForClients(address, tls)}`
      : `-plaintext ${formatListenAddress(address)}`;
  const token = tokenHeader(tokenFile);
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
  const url =
    'path' in address
      ? `--unix-socket ${address.path} http://localhost`
      : tls
        ? `--cacert SERVER_CA.pem --cert CLIENT.pem --key CLIENT_KEY.pem https://${nameForClients(address, tls)}`
        : `http://${formatListenAddress(address)}`;
  return `  curl -H 'content-type: application/json' -d '{}' ${tokenHeader(tokenFile)}${url}/c1.connector.v2.ResourceTypesService/ListResourceTypes`;
}

/** The shell reads the token: it is not printed. */
function tokenHeader(tokenFile: string | undefined): string {
  return tokenFile === undefined ? '' : `-H "authorization: Bearer $(cat '${tokenFile}')" `;
}

function nameForClients({ host, port }: TcpAddress, { cert }: TlsMaterial): string {
  return formatListenAddress({ host: nameToDial(cert, host), port });
}
