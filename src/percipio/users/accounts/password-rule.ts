// The passwords that Percipio takes.

const charactersMin = 8;
const classesMin = 3;
const classes = [/\p{Ll}/u, /\p{Lu}/u, /\p{Nd}/u, /[^\p{L}\p{N}]/u];

/** What is wrong with a password, without the password: Percipio's rule, told before a request is made with it. */
export function findPasswordFault(password: string): string | undefined {
  const isLong = [...password].length >= charactersMin;
  return isLong && classes.filter((characters) => characters.test(password)).length >= classesMin
    ? undefined
    : 'a password for Percipio has at least 8 characters, from at least 3 of lower case, upper case, digits and special characters';
}
