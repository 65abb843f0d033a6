// Placeholders: what manifests and instructions write where a value is to be filled in.
import type { Field } from './field.ts';

/** A complete value: `<api token>`, `…`, `...`, and what a template engine or a shell should have replaced. */
const complete = /^["'\s]*(?:<[^<>]*>|…|\.\.\.|\$\{[^{}]*\}|\$\([^()]*\)|\{\{[^{}]*\}\})["'\s]*$/;

/** A part of a value that has no angle brackets: `<name>@acme.conductor.one/client`, `secret-token:conductorone.com:v1:…`. */
const part = /<[^<>]*>|…/;

/** Whether a text is nothing but a placeholder. */
export function isWholePlaceholder(text: string): boolean {
  return complete.test(text);
}

/** Whether a value, or an item of a list, still is a placeholder. */
export function isPlaceholder(field: Field, value: unknown): boolean {
  const forms = field.secret || field.besideSecret ? [complete, part] : [complete];
  return [value].flat().some((each) => typeof each === 'string' && forms.some((form) => form.test(each)));
}

/** What is wrong with a placeholder. It is quoted unless it may contain a part of a secret. */
export function describePlaceholder(text: string | readonly string[], isQuoted: boolean): string {
  return `is a placeholder${isQuoted ? ` (${JSON.stringify(text)})` : ''}: put the real value in its place`;
}
