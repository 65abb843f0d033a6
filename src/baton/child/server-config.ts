// Reads what the parent wrote on its line: a ServerConfig, in base64.
import { fromBinary } from '@bufbuild/protobuf';
import { type ServerConfig, ServerConfigSchema } from '#gen/c1/connector_wrapper/v1/connector_wrapper_pb.js';
import { Code, ServiceError } from '../author/service-error.ts';

/** What this command is for, for people who start it by hand. */
const startedBy = '_connector-service is started by a program that runs connectors, which writes it on stdin';

/** Standard base64 with its padding. */
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const portMax = 65_535;

/**
 * @throws ServiceError INVALID_ARGUMENT for a line that is none. The line holds a private key, and is never shown.
 */
export function parseServerConfig(line: string): ServerConfig {
  if (line === '') {
    throw invalidConfig(`unexpected empty input. ${startedBy}`);
  }
  if (!base64.test(line)) {
    throw invalidConfig(`the line on stdin is not base64. ${startedBy}`);
  }
  let config: ServerConfig;
  try {
    config = fromBinary(ServerConfigSchema, Buffer.from(line, 'base64'));
  } catch (cause) {
    throw invalidConfig('the line on stdin is no c1.connector_wrapper.v1.ServerConfig', cause);
  }
  if (config.listenPort < 1 || config.listenPort > portMax) {
    throw invalidConfig(`listen_port must be a port from 1 to ${portMax}, got ${config.listenPort}`);
  }
  if (config.sessionStoreListenPort > portMax) {
    throw invalidConfig(`session_store_listen_port must be a port or 0, got ${config.sessionStoreListenPort}`);
  }
  return config;
}

/** What is wrong with the line that a parent wrote. */
export function invalidConfig(message: string, cause?: unknown): ServiceError {
  return new ServiceError(Code.InvalidArgument, message, { reason: 'invalid_server_config', cause });
}
