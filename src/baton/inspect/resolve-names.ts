// Finds the one resource or entitlement that a word of the command line means.
import { UsageError } from '../author/usage-error.ts';
import type { SyncRun } from '../c1z/tables/sync-runs.ts';
import { closestName } from '../config/closest-name.ts';
import { escapeControls } from '../net/escape-controls.ts';
import { type Found, findEntitlements, findResources } from './find-named.ts';
import type { ResourceView } from './resource-view.ts';
import type { EntitlementView, SyncView, TypeView } from './sync-view.ts';

/** What somebody can have: an entitlement, or any of a resource. */
export type Target =
  | { readonly kind: 'resource'; readonly resource: ResourceView }
  | { readonly kind: 'entitlement'; readonly entitlement: EntitlementView };

/**
 * The user, or other principal, that a text means.
 * @throws UsageError if there is none, or more than one; the candidates are listed.
 */
export function findPrincipal(view: SyncView, text: string): ResourceView {
  const users = view.userTypes.map(({ id }) => id);
  return only(text, findResources(view, text, { types: users }) ?? findResources(view, text), describeResource);
}

/** @throws UsageError as {@link findPrincipal} does. */
export function findResource(view: SyncView, text: string): ResourceView {
  const users = view.userTypes.map(({ id }) => id);
  const others = view.types.map(({ id }) => id).filter((id) => !users.includes(id));
  return only(text, findResources(view, text, { types: others }) ?? findResources(view, text), describeResource);
}

/**
 * The resource or entitlement that a text means: by its id or name, or else by a part of its name.
 * @throws UsageError as {@link findPrincipal} does.
 */
export function findTarget(view: SyncView, text: string): Target {
  const users = view.userTypes.map(({ id }) => id);
  const types = view.types.map(({ id }) => id).filter((id) => !users.includes(id));
  const resources = findResources(view, text, { types });
  const entitlements = resources && resources.by !== 'part' ? undefined : findEntitlements(view, text);
  const isEntitlement = entitlements && (!resources || entitlements.by !== 'part');
  return isEntitlement
    ? { kind: 'entitlement', entitlement: only(text, entitlements, (each) => describeEntitlement(view, each)) }
    : { kind: 'resource', resource: only(text, resources, describeResource) };
}

/**
 * The ids of the entitlements that a text means: a slug such as `completed` is that of many.
 * @throws UsageError if there are none.
 */
export function findEntitlementIds(view: SyncView, text: string): ReadonlySet<string> {
  const found = findEntitlements(view, text, { limit: Number.POSITIVE_INFINITY });
  if (!found) throw nothing(text);
  return new Set(found.items.map(({ id }) => id));
}

/**
 * The types that a word means: an id or a name, or the plural of either; or a trait, as `users`.
 * @returns Undefined if there are none.
 */
export function findTypes(view: SyncView, word: string): readonly TypeView[] | undefined {
  const wanted = word.toLowerCase();
  const isCalled = (name: string) => [name, ...pluralsOf(name)].some((form) => form.toLowerCase() === wanted);
  for (const namesOf of [({ id, name }: TypeView) => [id, name], ({ traits }: TypeView) => traits]) {
    const types = view.types.filter((type) => namesOf(type).some(isCalled));
    if (types.length > 0) return types;
  }
  return undefined;
}

/** What a word could have meant, for an error. */
export function suggest(word: string, known: readonly string[]): string {
  const meant = closestName(word, known);
  return meant ? `; did you mean ${meant}?` : '';
}

/** The plural of a type, as commands name it. */
export function pluralOf({ id }: TypeView): string {
  return pluralsOf(id)[0] ?? id;
}

function pluralsOf(name: string): readonly string[] {
  if (/[^aeiou]y$/i.test(name)) return [`${name.slice(0, -1)}ies`, `${name}s`];
  return /(?:s|x|ch|sh)$/i.test(name) ? [`${name}es`, `${name}s`] : [`${name}s`];
}

/**
 * The sync that an id, or the beginning of one, means.
 * @throws UsageError if there is none, or more than one.
 */
export function findRun(runs: readonly SyncRun[], text: string): SyncRun {
  const exact = runs.find(({ syncId }) => syncId === text);
  const found = exact ? [exact] : runs.filter(({ syncId }) => syncId.startsWith(text));
  const [run] = found;
  if (run && found.length === 1) return run;
  const known = runs.map(({ syncId, startedAt }) => `  ${syncId}  ${startedAt.toISOString()}`).join('\n');
  throw new UsageError([`the file has ${run ? 'several syncs' : 'no sync'} ${quote(text)}; its syncs:\n${known}`]);
}

function only<Item>(text: string, found: Found<Item> | undefined, describe: (item: Item) => string): Item {
  const [item] = found?.items ?? [];
  if (!found || !item) throw nothing(text);
  if (found.total === 1) return item;
  const listed = found.items.map((each) => `  ${escapeControls(describe(each))}`);
  const others = found.total - found.items.length;
  throw new UsageError([
    [
      `${quote(text)} matches ${found.total}; name one by its id or e-mail address:`,
      ...listed,
      ...(others > 0 ? [`  … and ${others} more`] : []),
    ].join('\n'),
  ]);
}

function nothing(text: string): UsageError {
  return new UsageError([`nothing in this sync has the id, the name or the e-mail address ${quote(text)}`]);
}

function describeResource({ type, id, name, email, status }: ResourceView): string {
  return [`${type}:${id}`, name, email, status === 'enabled' ? '' : status].filter(Boolean).join('  ');
}

function describeEntitlement(view: SyncView, { id, name, resource }: EntitlementView): string {
  return `${id}  ${name} (${view.refOf(resource).name})`;
}

function quote(text: string): string {
  return JSON.stringify(text);
}
