// `node scripts/release-notes.ts VERSION`: prints what CHANGELOG.md says about a version, and fails unless it is the
// version of all packages. The release workflow runs it.
import { readFileSync } from 'node:fs';
import messages from '../gen/package.json' with { type: 'json' };
import packageJson from '../package.json' with { type: 'json' };
import sdk from '../src/baton/package.json' with { type: 'json' };

/**
 * @param changelog - The text of CHANGELOG.md.
 * @throws Error if the version has no section, or an empty one.
 */
export function findReleaseNotes(changelog: string, version: string): string {
  const sections = changelog.split(/^## /m).slice(1);
  const section = sections.find((each) => each.split(/\s/, 1)[0] === version);
  const notes = section?.slice(section.indexOf('\n')).trim();
  if (!notes) throw new Error(`CHANGELOG.md says nothing about ${version}`);
  return notes;
}

if (import.meta.main) {
  const version = process.argv[2] ?? '';
  for (const { name, version: own } of [packageJson, sdk, messages]) {
    if (own !== version) throw new Error(`the release is ${version}, and ${name} is ${own}`);
  }
  const changelog = readFileSync(new URL('../CHANGELOG.md', import.meta.url), 'utf8');
  process.stdout.write(`${findReleaseNotes(changelog, version)}\n`);
}
