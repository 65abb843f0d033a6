// The names of a client in its certificate.
import { parseAlternativeNames } from '../tls/alternative-names.ts';

/** DNS names and URIs, such as those of SPIFFE. Other names are for people or machines, not for programs. */
const nameTypes = new Set(['DNS', 'URI']);

/** The subject alternative names that are DNS names or URIs. @param subjectAltName - As Node has it. */
export function certificateNames(subjectAltName: string | undefined): string[] {
  return parseAlternativeNames(subjectAltName).flatMap(({ type, value }) =>
    nameTypes.has(type) ? [normalizeName(value)] : [],
  );
}

/** A name to compare: DNS names are the same in any case, URIs are not. */
export function normalizeName(name: string): string {
  return name.includes(':') ? name : name.toLowerCase();
}
