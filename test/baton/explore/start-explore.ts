// Starts `explore` on a file, as the command line does.
import assert from 'node:assert/strict';
import { StopRequest } from '../../../src/baton/author/host.ts';
import { runCommandLine } from '../../../src/baton/command-line/run-command-line.ts';
import { exploreCommand } from '../../../src/baton/commands/explore.ts';
import { runCommand } from '../../../src/baton/commands/run.ts';
import type { Lifetime } from '../../lifetime.ts';

export interface Explored {
  /** As printed: with the token. */
  readonly url: string;
  readonly origin: string;
  /** What lets a request in. */
  readonly headers: { readonly authorization: string };
  /** The answer of the API. */
  ask(path: string): Promise<{ readonly status: number; readonly body: Record<string, unknown> }>;
  /** What it has printed on stderr. */
  readonly stderr: string;
  /** Stops as ^C does. @returns the exit code */
  stop(): Promise<number>;
}

/** @param more - Further words of the command line. */
export function startExplore(t: Lifetime, path: string, ...more: readonly string[]): Promise<Explored> {
  return startExploreIn(t, {}, path, ...more);
}

/** With an environment. */
export async function startExploreIn(
  t: Lifetime,
  env: NodeJS.ProcessEnv,
  path: string,
  ...more: readonly string[]
): Promise<Explored> {
  const stop = new AbortController();
  const text = { stdout: '', stderr: '' };
  const { promise: printed, resolve, reject } = Promise.withResolvers<void>();
  const end = runCommandLine(
    { name: 'baton-library', version: '1.0.0', fields: [], connector: () => assert.fail('a file needs no connector') },
    { default: runCommand, named: [exploreCommand] },
    {
      argv: ['explore', path, ...more],
      env,
      cwd: process.cwd(),
      stdout: {
        write: (part) => {
          text.stdout += part;
          resolve();
        },
      },
      stderr: {
        write: (part) => {
          text.stderr += part;
        },
      },
      signal: stop.signal,
    },
  );
  end.then(() => reject(new Error(text.stderr)), reject);
  t.after(async () => {
    stop.abort(new StopRequest('SIGINT'));
    await end;
  });
  await printed;
  const url = /http\S+/.exec(text.stdout)?.[0] ?? assert.fail(text.stdout);
  const { origin, searchParams } = new URL(url);
  const headers = { authorization: `Bearer ${searchParams.get('token')}` };
  return {
    url,
    origin,
    headers,
    get stderr() {
      return text.stderr;
    },
    async ask(asked) {
      const response = await fetch(`${origin}/api/${asked}`, { headers });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    },
    stop: () => {
      stop.abort(new StopRequest('SIGINT'));
      return end;
    },
  };
}
