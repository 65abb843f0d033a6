// The first calls to a connector: whether there is one, what it is, and whether it is ready.

import { create } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import {
  type ConnectorMetadata,
  ConnectorMetadataSchema,
  ConnectorService,
} from '#gen/c1/connector/v2/connector_pb.js';
import { ResourceTypesService } from '#gen/c1/connector/v2/resource_pb.js';
import { type CheckIdentity, type CheckResult, failed, passed } from './check.ts';
import { describeFailure } from './describe-call.ts';
import { explainConnectionFailure } from './explain-connection-failure.ts';
import type { Answered } from './session.ts';
import type { Target } from './target.ts';

/** The check that all others depend on. */
export const connectorAnswers: CheckIdentity = {
  id: 'connector-answers',
  title: 'A Baton connector responds at the address',
};

export interface Identity {
  /** Of {@link connectorAnswers}. */
  readonly result: CheckResult;
  readonly metadata: Answered<ConnectorMetadata>;
  readonly sdkVersion: Answered<string>;
}

export async function identify(target: Target): Promise<Identity> {
  const metadata = await answered(async () => {
    const answer = await target.call(ConnectorService.method.getMetadata, {});
    return answer.metadata ?? create(ConnectorMetadataSchema);
  });
  const absence = metadata.ok ? undefined : await explainAbsence(metadata.error, target);
  if (absence !== undefined) {
    return { result: failed(absence), metadata, sdkVersion: { ok: false, failure: absence } };
  }
  const sdkVersion = await answered(async () => (await target.call(ConnectorService.method.validate, {})).sdkVersion);
  return { result: passed(target.connection.address), metadata, sdkVersion };
}

type Outcome<Value> = Extract<Answered<Value>, { ok: true }> | { ok: false; failure: string; error: unknown };

async function answered<Value>(call: () => Promise<Value>): Promise<Outcome<Value>> {
  try {
    return { ok: true, value: await call() };
  } catch (error) {
    if (!(error instanceof ConnectError)) {
      throw error;
    }
    return { ok: false, failure: describeFailure(error), error };
  }
}

/** Why there is no connector; undefined if there is one whose GetMetadata fails. */
async function explainAbsence(error: unknown, target: Target): Promise<string | undefined> {
  const { address } = target.connection;
  const unreached = explainConnectionFailure(error, target.connection);
  if (unreached !== undefined) {
    return unreached;
  }
  if (!(error instanceof ConnectError)) {
    return undefined;
  }
  if (/content.?type/i.test(error.rawMessage)) {
    return `the server on ${address} is not a gRPC server (${error.rawMessage})`;
  }
  if (error.code === Code.DeadlineExceeded) {
    return `${address} did not respond to GetMetadata within --call-timeout`;
  }
  if (error.code !== Code.Unimplemented) {
    return undefined;
  }
  const types = await answered(() => target.call(ResourceTypesService.method.listResourceTypes, {}));
  const hasTypes = types.ok || !(types.error instanceof ConnectError) || types.error.code !== Code.Unimplemented;
  return hasTypes
    ? undefined
    : `${address} is a gRPC server but not a Baton connector: GetMetadata and ListResourceTypes are UNIMPLEMENTED (${error.rawMessage})`;
}
