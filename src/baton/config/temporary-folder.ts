// The folder for temporary files that the user has chosen.
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Settings } from './field.ts';
import { c1zTempDir } from './fields/sync.ts';
import { readVariable } from './unquote.ts';

const variable = 'BATON_TMPDIR';

/** The folder of --c1z-temp-dir or BATON_TMPDIR; undefined: that of the system. */
export function readTemporaryFolder(settings: Settings, env: NodeJS.ProcessEnv): string | undefined {
  return settings.get(c1zTempDir) ?? readVariable(env, variable);
}

/** Says if it does not exist, as a list of faults. */
export function checkTemporaryFolder(
  settings: Settings,
  { env, cwd }: { readonly env: NodeJS.ProcessEnv; readonly cwd: string },
): readonly string[] {
  const path = readTemporaryFolder(settings, env);
  if (path === undefined || isFolder(resolve(cwd, path))) return [];
  const place = settings.get(c1zTempDir) === undefined ? variable : settings.placeOf(c1zTempDir);
  return [`${place}: no such folder: ${path}`];
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
