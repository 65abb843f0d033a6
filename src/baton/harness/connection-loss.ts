// Finds out whether a connector that has responded before is gone, so that no further check waits for it.
import { ConnectorService } from '#gen/c1/connector/v2/connector_pb.js';
import { explainConnectionFailure } from './explain-connection-failure.ts';
import type { Target } from './target.ts';

/** Ends a run: no call gets through any more. Its message says why, as a sentence without its full stop. */
export class ConnectionLost extends Error {}

/**
 * Makes a call after another one has failed.
 * @throws ConnectionLost if it does not get through either; the reason of the target's signal.
 */
export async function checkConnection(target: Target): Promise<void> {
  try {
    await target.call(ConnectorService.method.getMetadata, {});
  } catch (error) {
    target.signal.throwIfAborted();
    const explanation = explainConnectionFailure(error, target.connection);
    if (explanation !== undefined) throw new ConnectionLost(`the connector stopped responding: ${explanation}`);
  }
}
