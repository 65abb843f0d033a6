// How to call a server that has just started, as commands to try.
import { formatListenAddress, type ListenAddress, type TcpAddress } from '../server/listen-address.ts';
import type { TlsMaterial } from '../server/tls/mutual-tls.ts';
import { nameToDial } from '../server/tls/name-to-dial.ts';

/** Lines with grpcurl commands. */
export function describeGrpcCalls(address: ListenAddress, tls: TlsMaterial | undefined): readonly string[] {
  const call =
    'path' in address
      ? `-plaintext -unix ${address.path}`
      : tls
        ? // The files of the client are unknown here.
          `-cacert SERVER_CA.pem -cert CLIENT.pem -key CLIENT_KEY.pem ${nameForClients(address, tls)}`
        : `-plaintext ${formatListenAddress(address)}`;
  return [`  grpcurl ${call} list`, `  grpcurl ${call} c1.connector.v2.ResourceTypesService/ListResourceTypes`];
}

/** A line with a curl command. */
export function describeHttpCall(address: ListenAddress, tls: TlsMaterial | undefined): string {
  const url =
    'path' in address
      ? `--unix-socket ${address.path} http://localhost`
      : tls
        ? `--cacert SERVER_CA.pem --cert CLIENT.pem --key CLIENT_KEY.pem https://${nameForClients(address, tls)}`
        : `http://${formatListenAddress(address)}`;
  return `  curl -H 'content-type: application/json' -d '{}' ${url}/c1.connector.v2.ResourceTypesService/ListResourceTypes`;
}

function nameForClients({ host, port }: TcpAddress, { cert }: TlsMaterial): string {
  return formatListenAddress({ host: nameToDial(cert, host), port });
}
