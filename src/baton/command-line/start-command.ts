// How the user starts this program, so that hints are commands that exist where the reader stands.
import { realpathSync } from 'node:fs';
import { basename, dirname, extname, isAbsolute, relative, resolve } from 'node:path';
import { quoteForShell } from '../net/quote-for-shell.ts';

export interface StartedProcess {
  /** The name of the program's executable: `baton-percipio`. */
  readonly programName: string;
  /** As `process.argv` has it: absolute, but not resolved if it is a link. */
  readonly script: string;
  /** The Node that runs it. */
  readonly execPath: string;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
}

/**
 * Returns the beginning of a command line, which arguments can follow: `npm start --` from a clone, `npx NAME`, `NAME` if
 * it is installed, otherwise `node PATH`, such as in a container.
 */
export function findStartCommand(started: StartedProcess): string {
  const { programName, script, execPath, env, cwd } = started;
  if (env.npm_lifecycle_event === 'npx') return `npx ${programName}`;
  if (env.npm_lifecycle_event === 'start' && env.npm_package_name === programName) {
    const manager = /^(pnpm|yarn)\//.exec(env.npm_config_user_agent ?? '')?.[1];
    return manager ? `${manager} start` : 'npm start --';
  }
  const folders = (env.PATH ?? '').split(process.platform === 'win32' ? ';' : ':').filter((folder) => folder !== '');
  const isOnPath = (path: string) => folders.some((folder) => resolve(cwd, folder) === dirname(path));
  const isExecutable = basename(script, extname(script)) === programName;
  if (isExecutable && isOnPath(script)) return programName;
  const path = quoteForShell(shorten(script, cwd));
  // A shell looks for a name without a slash on the PATH alone.
  if (isExecutable) return path.includes('/') ? path : `./${path}`;
  const isNode = isOnPath(execPath) || folders.some((folder) => leadsTo(resolve(cwd, folder, 'node'), execPath));
  return `${isNode ? 'node' : quoteForShell(execPath)} ${path}`;
}

/** Whether a path is a link to another, as in the `node_modules/.bin` of a package that brings Node. */
function leadsTo(path: string, target: string): boolean {
  try {
    return realpathSync(path) === target;
  } catch {
    return false;
  }
}

/** A path relative to the working directory, if it is below that. */
function shorten(path: string, cwd: string): string {
  const short = relative(cwd, path);
  return short === '' || short.startsWith('..') || isAbsolute(short) ? path : short;
}
