// Odd values of users. Skillsoft documents that attributes can have several values (`a|b` in files), and that a value in a
// report is null or a string of up to 255 characters. How the API returns lists, numbers and flags is unknown.
import type { PercipioUser } from '../organization/api-objects.ts';
import { type Made, type Oddities, type OddValue, sprinkle } from './odd-value.ts';

/** Every third user has an odd value. */
export function addOddUsers(users: readonly PercipioUser[], seed: number): OddValue[] {
  return sprinkle(users, 'user', ODDITIES, { seed, step: 3 });
}

/** Replaces the value of the first attribute that has one. */
function attribute(value: unknown, plain: OddValue['plain']): (user: PercipioUser) => Made {
  return (user) => changeAttribute(user, (old) => ({ ...old, value }), plain);
}

/** Replaces the first attribute that has a value. */
function changeAttribute(
  user: PercipioUser,
  change: (old: { readonly name?: string; readonly value?: unknown }) => unknown,
  plain: OddValue['plain'] | 'as before',
): Made {
  const attributes = user.customAttributes ?? [];
  const old = attributes.find(({ value }) => typeof value === 'string');
  if (old === undefined) return undefined;
  const changed = attributes.map((each) => (each === old ? change(old) : each));
  Object.assign(user, { customAttributes: changed });
  return { field: `customAttributes.${old.name}`, plain: plain === 'as before' ? (old.value ?? undefined) : plain };
}

/** Puts an entry in front of all attributes. */
function strayAttribute(entry: unknown): (user: PercipioUser) => Made {
  return (user) => {
    if (!user.customAttributes?.length) return undefined;
    Object.assign(user, { customAttributes: [entry, ...user.customAttributes] });
    return { field: 'customAttributes', plain: undefined };
  };
}

/** Replaces a field that has a text. */
function field(name: string, change: (old: string) => unknown, plain: OddValue['plain'] | 'as before'): Change {
  return (user) => {
    const old = user[name];
    if (typeof old !== 'string') return undefined;
    Object.assign(user, { [name]: change(old) });
    return { field: name, plain: plain === 'as before' ? old : plain };
  };
}

type Change = (user: PercipioUser) => Made;

/** Sets a field, whatever it was. */
function set(name: string, value: unknown, plain: OddValue['plain']): Change {
  return (user) => {
    if (user[name] === undefined) return undefined;
    Object.assign(user, { [name]: value });
    return { field: name, plain };
  };
}

const ODDITIES: Oddities<PercipioUser> = [
  ['an attribute that is a list', attribute(['EMEA', 'APJ'], ['EMEA', 'APJ'])],
  ['an attribute that is a number', attribute(4711, '4711')],
  ['an attribute that is a flag', attribute(true, 'true')],
  ['an attribute that is an object', attribute({ key: 'EMEA' }, undefined)],
  ['an attribute that is a list with gaps', attribute([null, 'EMEA', 7, '', { key: 1 }], ['EMEA', '7'])],
  ['an attribute of blanks', attribute('   ', undefined)],
  [
    'an attribute with padding',
    (user) => changeAttribute(user, (old) => ({ ...old, value: ` ${old.value}\t` }), 'as before'),
  ],
  [
    'an attribute whose name has padding',
    (user) => changeAttribute(user, (old) => ({ ...old, name: ` ${old.name} ` }), 'as before'),
  ],
  ['an attribute whose name is blank', strayAttribute({ id: 'x', name: '  ', value: 'lost' })],
  ['an attribute whose name is a number', strayAttribute({ id: 'x', name: 7, value: 'lost' })],
  ['an attribute that is null', strayAttribute(null)],
  ['an attribute that is text', strayAttribute('Geo')],
  [
    'attributes as a map',
    (user) => {
      const named = (user.customAttributes ?? []).flatMap(({ name, value }) => (name ? [[name, value] as const] : []));
      if (named.length === 0) return undefined;
      Object.assign(user, { customAttributes: Object.fromEntries(named) });
      return named.map(([name, value]) => ({ field: `customAttributes.${name}`, plain: value ?? undefined }));
    },
  ],
  ['attributes as text', set('customAttributes', 'Geo=EMEA', undefined)],
  ['a first name of blanks', field('firstName', () => '   ', undefined)],
  ['a last name with padding', field('lastName', (old) => `  ${old}\u00a0`, 'as before')],
  ['a first name that is a number', field('firstName', () => 7, '7')],
  ['a last name that is a list', field('lastName', (old) => [old, 'Second'], undefined)],
  ['an e-mail address with padding', field('email', (old) => ` ${old} `, 'as before')],
  ['an e-mail address that is an object', field('email', (old) => ({ work: old }), undefined)],
  ['a login name that is a number', field('loginName', () => 123_456, '123456')],
  [
    'an external id that is a number',
    (user) => {
      const externalUserId = Number(user.externalUserId?.replaceAll(/\D/g, ''));
      if (!externalUserId) return undefined;
      Object.assign(user, { externalUserId });
      return { field: 'externalUserId', plain: String(externalUserId) };
    },
  ],
  ['a job title that is a number', set('jobTitle', 12, '12')],
  ['an unknown role', field('role', () => 'TEAM_COACH', 'TEAM_COACH')],
  ['a role with padding', field('role', (old) => `${old} `, 'as before')],
  ['a role that is a number', field('role', () => 3, undefined)],
  ['an active flag that is text', set('isActive', 'false', 'false')],
  ['an active flag that is neither true nor false', set('isActive', 'sometimes', undefined)],
  ['an update time that is a number', set('updatedAt', 1_700_000_000_000, undefined)],
  ['an update time that is not a date', set('updatedAt', 'yesterday', undefined)],
  ['a manager that is text', set('approvalManager', 'boss@example.com', undefined)],
  ['a manager with odd fields', set('approvalManager', { id: 5, email: ['a'], externalUserId: null }, undefined)],
  ['flags that are objects', set('hasCoaching', { since: '2020' }, undefined)],
];
