// Runs a hosted connector: fetches its config, builds it, and handles invocations until the platform ends the process.
import { createRegistry, type DescFile, type Registry } from '@bufbuild/protobuf';
import { Code } from '@connectrpc/connect';
import type { JWTVerifyGetKey } from 'jose';
import type { Logger } from 'pino';
import { file_google_rpc_status } from '#gen/google/rpc/status_pb.js';
import { ServiceError } from '../author/service-error.ts';
import { UsageError } from '../author/usage-error.ts';
import { createSessionStores } from '../client/session-stores.ts';
import type { Invocation } from '../command-line/command.ts';
import { parseClientId } from '../conductorone/credentials/client-id.ts';
import { parseClientKey } from '../conductorone/credentials/client-secret.ts';
import {
  lambdaAudience,
  lambdaClientId,
  lambdaClientSecret,
  lambdaIssuer,
  lambdaJwksUrl,
  lambdaSigner,
  lambdaSubject,
} from '../config/fields/hosted.ts';
import { createHttpSender } from '../net/http-sender.ts';
import { findRoute } from '../net/route.ts';
import { buildGeneration } from './build-generation.ts';
import { createCallerCheck } from './callers/caller-check.ts';
import { readSigningKey, SigningKeySet } from './callers/signing-keys.ts';
import { createConfigSource } from './config/config-source.ts';
import { Generations } from './config/generations.ts';
import { handleInvocations } from './invocations/handle-invocations.ts';
import { createRuntimeApi, type RuntimeApi } from './invocations/runtime-api.ts';
import { createLink } from './link.ts';

const runtimeVariable = 'AWS_LAMBDA_RUNTIME_API';
const connectTimeoutMs = 10_000;

/**
 * Runs the command `lambda`, until the process is stopped.
 * @throws UsageError for unusable settings; ServiceError when the start fails, which the platform learns too;
 * RuntimeApiError when the platform fails; the signal's reason.
 */
export async function runHosted(invocation: Invocation): Promise<number> {
  const { host, logger } = invocation;
  const address = host.env[runtimeVariable];
  if (!address) throw new UsageError([`${runtimeVariable} is not set: AWS Lambda starts this command, and sets it`]);
  const runtime = createRuntimeApi(address);
  await using stack = new AsyncDisposableStack();
  stack.defer(() => runtime.close());
  const started = await start(invocation, logger, stack).catch(async (error: unknown) => {
    await reportStart(runtime, error, logger);
    throw error;
  });
  return await handleInvocations({ ...started, runtime, logger, signal: host.signal });
}

async function reportStart(runtime: RuntimeApi, error: unknown, logger: Logger): Promise<void> {
  const message = error instanceof ServiceError || error instanceof UsageError ? error.message : 'unexpected error';
  await runtime
    .failStart({ type: 'Runtime.StartFailed', message })
    .catch((failure: unknown) => logger.warn({ error: failure }, 'cannot report why the start failed'));
}

async function start(invocation: Invocation, logger: Logger, stack: AsyncDisposableStack) {
  const { settings, host } = invocation;
  const clientKey = await parseClientKey(settings.get(lambdaClientSecret));
  const link = createLink({
    clientId: parseClientId(settings.get(lambdaClientId)),
    clientKey: clientKey.key,
    env: host.env,
    logger,
    signal: host.signal,
  });
  stack.defer(() => link.close());
  const sessions = createSessionStores(
    {
      name: 'ConductorOne',
      transport: link.transport,
      isMissing: ({ code }) => code === Code.Unimplemented || code === Code.PermissionDenied,
    },
    logger,
  );
  const source = createConfigSource(link.transport, link.key);
  const generations = await Generations.start({
    build: (version) => buildGeneration(version, { invocation, logger, source, clientKey, sessions }),
    logger,
  });
  stack.defer(() => generations.close());
  const expected = {
    issuer: settings.get(lambdaIssuer),
    subject: settings.get(lambdaSubject),
    audience: settings.get(lambdaAudience),
  };
  const checkCaller = createCallerCheck(expected, await findKeys(invocation, logger, stack));
  const { methods } = await generations.for(undefined);
  let types: Promise<Registry> | undefined;
  const files = new Set(Array.from(methods.values(), ({ desc }) => desc.parent.file));
  return {
    types: () => {
      types ??= loadTypes(files);
      return types;
    },
    checkCaller,
    target: (version: string | undefined) => generations.for(version),
  };
}

/** Loaded late, as current callers send frames: the types take 2 MB. */
async function loadTypes(files: Iterable<DescFile>): Promise<Registry> {
  const { annotationFiles } = await import('../messages/annotation-registry.ts');
  return createRegistry(file_google_rpc_status, ...annotationFiles, ...files);
}

async function findKeys(
  { settings, userAgent, host }: Invocation,
  logger: Logger,
  stack: AsyncDisposableStack,
): Promise<JWTVerifyGetKey> {
  const signer = settings.get(lambdaSigner);
  if (signer) return readSigningKey(signer);
  const url = new URL(settings.get(lambdaJwksUrl) ?? '');
  const sender = createHttpSender(findRoute(url, host.env), { connectionsMax: 1, connectTimeoutMs });
  stack.defer(() => sender.destroy());
  const keys = new SigningKeySet({ url, sender, userAgent, logger, signal: host.signal });
  await keys.fetch();
  return keys.find;
}
