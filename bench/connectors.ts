// How to start the connectors that are measured.
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readDockerfile } from '../test/read-dockerfile.ts';
import type { Engine } from './options.ts';

/** How a connector reaches its application. */
export interface Account {
  readonly url: string;
  readonly organizationId: string;
  readonly token: string;
}

export interface Connector {
  readonly name: 'ours' | 'peer';
  /** The command, without settings. */
  readonly words: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

const root = fileURLToPath(new URL('../', import.meta.url));

/**
 * As in the image: compiled, with its flags and variables, but on the version of Node that runs the benchmark and
 * without the health check, whose port only one program can use.
 * @param main - The main file of another version. Default: the one that is built here.
 */
export function ourConnector(main?: string): Connector {
  const image = readDockerfile().at(-1);
  const [program, ...words] = image?.entrypoint ?? [];
  if (program !== 'node') {
    throw new Error(`the image starts ${program}, but the benchmark can only start node`);
  }
  const { BATON_HEALTH_CHECK: _, ...variables } = image?.env ?? {};
  const argv = words.map((word) => word.replace(/^\/app\//, root));
  return {
    name: 'ours',
    words: [process.execPath, ...(main === undefined ? argv : [...argv.slice(0, -1), resolve(main)])],
    env: { ...inheritedEnv(), ...variables },
  };
}

/** As in the image for AWS Lambda, which adds its own command to the other image, and with the variables of both alone. */
export function hostedConnector(): Pick<Connector, 'words' | 'env'> {
  const env = { ...readDockerfile().at(-1)?.env, ...readDockerfile('Dockerfile.lambda').at(-1)?.env };
  const image = readDockerfile('Dockerfile.lambda').at(-1);
  const words = image?.entrypoint.map((word) => word.replace(/^\/app\//, root)) ?? [];
  return { words: [process.execPath, ...words.slice(1)], env };
}

/** A Go connector, without its HTTP cache: otherwise a second measurement would find the responses of the first. */
export function peerConnector(path: string): Connector {
  return { name: 'peer', words: [path], env: { ...inheritedEnv(), BATON_DISABLE_HTTP_CACHE: 'true' } };
}

/** Flags that both support. */
export function accountFlags({ url, organizationId, token }: Account): string[] {
  return ['--base-url', url, '--organization-id', organizationId, '--api-token', token];
}

export function engineFlags(engine: Engine): string[] {
  return ['--storage-engine', engine];
}

/** Without variables that would configure a connector, or Node. */
function inheritedEnv(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(BATON_|NODE_|npm_)/.test(name)));
}
