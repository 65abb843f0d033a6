// The spans and the duration of a call.
import type { DescMethod } from '@bufbuild/protobuf';
import { ConnectError, type HandlerContext } from '@connectrpc/connect';
import { Code } from '../author/service-error.ts';
import { hasTelemetry, inSpan, measure, type Span, type TraceHeaders } from '../instruments/telemetry.ts';

/**
 * Does the work of a call within the spans of a Go connector: that of the server, which continues the trace of its caller,
 * and that of the connector. A call in the same process has only the latter.
 */
export async function traceCall<Result>(
  { parent: { typeName }, name }: DescMethod,
  context: Pick<HandlerContext, 'protocolName' | 'requestHeader'>,
  work: () => Promise<Result>,
): Promise<Result> {
  if (!hasTelemetry()) return await work();
  const call = { 'rpc.service': typeName, 'rpc.method': name };
  const startedAtMs = performance.now();
  const inConnector = async (server?: Span) => {
    let code: number = Code.Unknown;
    try {
      const result = await inSpan(`builder.${name}`, {}, work);
      code = 0;
      return result;
    } catch (error) {
      if (error instanceof ConnectError) code = error.code;
      throw error;
    } finally {
      const outcome = { 'rpc.grpc.status_code': code };
      server?.setAttributes(outcome);
      measure('baton.call.duration', (performance.now() - startedAtMs) / 1000, { ...call, ...outcome });
    }
  };
  if (context.protocolName === 'in-process') return await inConnector();
  const attributes = { 'rpc.system': 'grpc', ...call };
  const options = { kind: 'server', attributes, caller: readCaller(context.requestHeader) } as const;
  return await inSpan(`${typeName}/${name}`, options, inConnector);
}

function readCaller(headers: Headers): TraceHeaders | undefined {
  const traceparent = headers.get('traceparent');
  return traceparent === null ? undefined : { traceparent, tracestate: headers.get('tracestate') ?? undefined };
}
