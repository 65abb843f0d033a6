// Refuses calls of a gRPC server before their messages are read.
import { type Metadata, ServerInterceptingCall, type ServerInterceptor } from '@grpc/grpc-js';
import { Health } from '#gen/grpc/health/v1/health_pb.js';
import { toGrpcStatus } from '../grpc/grpc-status.ts';
import type { CallerGuard } from './caller-guard.ts';

/** grpc-js passes the exact path of a method that it serves. */
const probePaths = `/${Health.typeName}/`;

/** Put it after interceptors that must see each call to its end. */
export function guardGrpc(guard: CallerGuard): ServerInterceptor {
  return ({ path }, call) =>
    new ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata: (metadata, pass) => {
            const peer = call.getPeer();
            const refusal = guard.refusal({
              path,
              isProbe: path.startsWith(probePaths),
              authorization: authorizationOf(metadata),
              certificate: () => call.getAuthContext().sslPeerCertificate,
              peer: peer === 'unknown' ? undefined : peer,
            });
            if (refusal) call.sendStatus(toGrpcStatus(refusal, new Headers()));
            else pass(metadata);
          },
        }),
    });
}

/** Several values are joined, so that none of them is accepted. */
function authorizationOf(metadata: Metadata): string | undefined {
  const values = metadata.get('authorization').map(String);
  return values.length === 0 ? undefined : values.join(', ');
}
