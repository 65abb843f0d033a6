// `npm run check-signatures`: compares the registry's signature of every installed package with the registry's public
// keys, which npm fetches from Sigstore. Where those cannot be reached it says so and passes, unless they are `--required`:
// `npm ci` has compared every package with the hash in the lock file.
import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';

interface Finding {
  readonly name: string;
  readonly version: string;
}

/** What `npm audit signatures --json` prints. */
export interface SignatureReport {
  readonly invalid?: readonly Finding[];
  readonly missing?: readonly Finding[];
  readonly error?: { readonly code?: string; readonly summary?: string };
}

/** Codes of errors when the keys could not be reached. */
const unreachable = [
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'ENETUNREACH',
  'E403',
  'E503',
];

/**
 * What to print, and whether that is a failure.
 * @param options.required - Whether keys that cannot be reached are one.
 */
export function judgeSignatures(
  { invalid, missing, error }: SignatureReport,
  { required }: { readonly required: boolean },
): { readonly passes: boolean; readonly text: string } {
  if (error) {
    const { code = '', summary = 'no reason was given' } = error;
    const passes = !required && unreachable.includes(code);
    return { passes, text: `signatures were not checked${passes ? '' : ', and should have been'}: ${summary}` };
  }
  if (!invalid || !missing) return { passes: false, text: 'npm does not say which signatures it has checked' };
  const list = (findings: readonly Finding[]) => findings.map(({ name, version }) => `${name}@${version}`).join(', ');
  if (invalid.length > 0) return { passes: false, text: `invalid signatures: ${list(invalid)}` };
  if (missing.length > 0) return { passes: false, text: `without a signature: ${list(missing)}` };
  return { passes: true, text: 'the signatures of all packages are valid' };
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { required: { type: 'boolean', default: false } } });
  // npm would ask a host that cannot be reached for more than a minute.
  const patience = ['--fetch-retries=1', '--fetch-retry-mintimeout=1000'];
  const { stdout } = spawnSync('npm', ['audit', 'signatures', '--json', ...patience], {
    cwd: dirname(import.meta.dirname),
    encoding: 'utf8',
  });
  const { passes, text } = judgeSignatures(JSON.parse(stdout) as SignatureReport, values);
  process.stdout.write(`${text}\n`);
  process.exitCode = passes ? 0 : 1;
}
