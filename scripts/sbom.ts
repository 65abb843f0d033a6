// Software bills of materials (CycloneDX) of what is built here. npm describes everything that the lock file has,
// development tools included; this keeps what a build or a package has in it.
import { execFileSync } from 'node:child_process';
import { dirname } from 'node:path';

export interface Component {
  /** `undici@8.12.4` */
  readonly 'bom-ref': string;
  readonly type: string;
  /** Of a package of this repository, npm writes the name of its folder. */
  readonly name: string;
  readonly version: string;
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
}

export interface Sbom {
  readonly bomFormat: 'CycloneDX';
  readonly specVersion: string;
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

const root = dirname(import.meta.dirname);

/** Of everything in the lock file. It takes a second. */
export function readLockedSbom(): Sbom {
  const argv = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'];
  return JSON.parse(execFileSync('npm', argv, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }));
}

/**
 * Of the program, which has other packages bundled into it.
 * @param bundled - Such as `undici@8.12.4`.
 * @throws Error if one is not in the lock file.
 */
export function describeProgram(all: Sbom, bundled: Iterable<string>): Sbom {
  return select(all, all.metadata.component, new Set(bundled), 'application');
}

/** Of a package, with all that its installation installs. */
export function describePackage(all: Sbom, ref: string): Sbom {
  const dependencies = new Map(all.dependencies.map((each) => [each.ref, each.dependsOn]));
  const refs = new Set([ref]);
  // A set iterates over what is added meanwhile.
  for (const each of refs) for (const next of dependencies.get(each) ?? []) refs.add(next);
  refs.delete(ref);
  const subject = all.components.find((component) => component['bom-ref'] === ref);
  if (!subject) throw new Error(`the lock file has no ${ref}`);
  return select(all, subject, refs, 'library');
}

/** The same for the same lock file: without the serial number and the time that npm adds. */
function select(all: Sbom, subject: Component, refs: ReadonlySet<string>, type: string): Sbom {
  const components = all.components.filter((component) => refs.has(component['bom-ref']));
  const present = new Set(components.map((component) => component['bom-ref']));
  const missing = refs.difference(present);
  if (missing.size > 0) throw new Error(`the lock file has no ${[...missing].join(', ')}`);
  const { bomFormat, specVersion } = all;
  return {
    bomFormat,
    specVersion,
    metadata: { component: { ...named(subject), type } },
    components: components.map(named),
    dependencies: all.dependencies
      .filter(({ ref }) => ref === subject['bom-ref'] || present.has(ref))
      .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((each) => present.has(each)) })),
  };
}

/** Under its own name, and without `properties`: what is a development tool of the repository can be part of a bundle. */
function named(component: Component): Component {
  const { properties: _, ...rest } = component as Component & { readonly properties?: unknown };
  return { ...rest, name: component['bom-ref'].replace(/@[^@]*$/, '') };
}
