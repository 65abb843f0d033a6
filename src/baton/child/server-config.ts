// What a parent tells its child: a ServerConfig in base64 on stdin, with port and certificates, and the socket to serve
// on as a file descriptor.
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { fromBinary } from '@bufbuild/protobuf';
import { type ServerConfig, ServerConfigSchema } from '#gen/c1/connector_wrapper/v1/connector_wrapper_pb.js';
import type { Credential } from '#gen/c1/utls/v1/tls_pb.js';
import { Code, ServiceError } from '../author/service-error.ts';
import type { InheritedListener } from '../server/listen.ts';
import type { ListenAddress } from '../server/listen-address.ts';
import type { TlsMaterial } from '../server/tls/mutual-tls.ts';

/** For users who run the command by hand. */
const startedBy = '_connector-service must be started by a program that runs connectors and writes its config to stdin';

/** Standard base64 with padding. */
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const portMax = 65_535;

/**
 * Reads the line on stdin. It holds a private key, so no error quotes it.
 * @throws ServiceError INVALID_ARGUMENT
 */
export function parseServerConfig(line: string): ServerConfig {
  // The Go SDK's text.
  if (line === '') throw invalidConfig(`unexpected empty input. ${startedBy}`);
  if (!base64.test(line)) throw invalidConfig(`the line on stdin is not base64. ${startedBy}`);
  let config: ServerConfig;
  try {
    config = fromBinary(ServerConfigSchema, Buffer.from(line, 'base64'));
  } catch (cause) {
    throw invalidConfig('the line on stdin is not a c1.connector_wrapper.v1.ServerConfig', cause);
  }
  if (config.listenPort < 1 || config.listenPort > portMax) {
    throw invalidConfig(`listen_port must be a port from 1 to ${portMax}, got ${config.listenPort}`);
  }
  if (config.sessionStoreListenPort > portMax) {
    throw invalidConfig(`session_store_listen_port must be a port or 0, got ${config.sessionStoreListenPort}`);
  }
  return config;
}

/** PKCS #8 up to the 32-byte seed of an Ed25519 key (RFC 8410). */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

const seedBytes = 32;
/** Go stores such a key as its seed followed by its public key. */
const keyBytes = 64;

/**
 * Reads the credential that the parent made for this process. One authority signs the certificates of both sides, and
 * the same certificate serves as a server's and as a client's.
 * @throws ServiceError INVALID_ARGUMENT that names the field and shows nothing of the key.
 */
export function readCredential(credential: Credential | undefined): TlsMaterial {
  if (!credential) throw invalidConfig('credential is missing');
  const authority = readCertificate('credential.ca_cert', credential.caCert);
  const certificate = readCertificate('credential.cert', credential.cert);
  const key = readKey(credential.key);
  if (!certificate.checkPrivateKey(key)) {
    throw invalidConfig('credential.key does not match credential.cert');
  }
  return {
    cert: certificate.toString(),
    key: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    clientCa: authority.toString(),
  };
}

function readCertificate(field: string, der: Uint8Array): X509Certificate {
  try {
    return new X509Certificate(der);
  } catch (cause) {
    throw invalidConfig(`${field} is not a DER certificate`, cause);
  }
}

function readKey(key: Uint8Array): KeyObject {
  if (key.length !== keyBytes) {
    throw invalidConfig(`credential.key must be an Ed25519 key of ${keyBytes} bytes, got ${key.length}`);
  }
  const der = Buffer.concat([pkcs8Prefix, key.subarray(0, seedBytes)]);
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}

const listenerVariable = 'BATON_CONNECTOR_SERVICE_LISTENER_FD';

/**
 * The socket that the parent opened for the child, by the file descriptor in the environment. Windows does not pass
 * sockets on in this way: there the parent closes its own, and the child opens one at the same port.
 */
export function chooseListener(env: NodeJS.ProcessEnv, port: number): InheritedListener | ListenAddress {
  const text = env[listenerVariable];
  if (!text) return { host: '127.0.0.1', port };
  if (!/^\d{1,6}$/.test(text)) {
    throw invalidConfig(`${listenerVariable} must be a file descriptor, got ${JSON.stringify(text)}`);
  }
  return { fd: Number(text), port };
}

/** The error for an unusable config of the parent. */
export function invalidConfig(message: string, cause?: unknown): ServiceError {
  return new ServiceError(Code.InvalidArgument, message, { reason: 'invalid_server_config', cause });
}
