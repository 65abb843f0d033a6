// How the connectors that are measured are started.
import { fileURLToPath } from 'node:url';
import { readDockerfile } from '../test/read-dockerfile.ts';
import type { Engine } from './options.ts';

/** Where a connector finds its application. */
export interface Account {
  readonly url: string;
  readonly organizationId: string;
  readonly token: string;
}

export interface Connector {
  readonly name: 'ours' | 'peer';
  /** What starts it, without settings. */
  readonly words: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

const root = fileURLToPath(new URL('../', import.meta.url));

/**
 * As the image starts it: with its flags and variables, and compiled. The version of Node is the one that runs the
 * benchmark. The health check is left out: only one program can listen at its address.
 */
export function ourConnector(): Connector {
  const image = readDockerfile().at(-1);
  const [program, ...words] = image?.entrypoint ?? [];
  if (program !== 'node') {
    throw new Error(`the image starts ${program}, and the benchmark knows only how to start node`);
  }
  const { BATON_HEALTH_CHECK: _, ...variables } = image?.env ?? {};
  return {
    name: 'ours',
    words: [process.execPath, ...words.map((word) => word.replace(/^\/app\//, root))],
    env: { ...inheritedEnv(), ...variables },
  };
}

/** A Go connector. Without its cache of HTTP answers, in which the second of two measurements would find the first. */
export function peerConnector(path: string): Connector {
  return { name: 'peer', words: [path], env: { ...inheritedEnv(), BATON_DISABLE_HTTP_CACHE: 'true' } };
}

/** Flags that both understand. */
export function accountFlags({ url, organizationId, token }: Account): string[] {
  return ['--base-url', url, '--organization-id', organizationId, '--api-token', token];
}

export function engineFlags(engine: Engine): string[] {
  return ['--storage-engine', engine];
}

/** Nothing that would configure a connector, or Node. */
function inheritedEnv(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(BATON_|NODE_|npm_)/.test(name)));
}
