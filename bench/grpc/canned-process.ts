// A process that answers every gRPC call with the same message, to measure the capacity of the callers.
import { createSecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { mutualTlsOptions } from '../../src/baton/server/tls/mutual-tls.ts';
import { mutualServer } from '../../test/baton/server/tls-fixture.ts';
import { frameMessage } from './grpc-message.ts';

process.once('disconnect', () => process.exit());
process.once('message', (message: string) => {
  const body = frameMessage(Buffer.from(message, 'base64'));
  const server = createSecureServer({ ...mutualTlsOptions(mutualServer), maxSessionMemory: 1000 });
  server.on('stream', (stream) => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end(body);
    stream.resume();
  });
  server.listen(0, '127.0.0.1', () => {
    process.send?.({ url: `https://127.0.0.1:${(server.address() as AddressInfo).port}` });
  });
});
