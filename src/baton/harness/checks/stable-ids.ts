// Checks that two walks find the same ids: ConductorOne stores configuration under them.
import { notApplicable, type WalkCheck } from '../check.ts';
import { quote } from '../describe-call.ts';
import { Findings } from '../findings.ts';
import { type ItemKind, itemKinds, type Walked } from '../walked.ts';

const singular: Readonly<Record<ItemKind, string>> = {
  resources: 'resource',
  entitlements: 'entitlement',
  grants: 'grant',
};

const namesShown = 3;

export const stableIdChecks: readonly WalkCheck[] = itemKinds.map((kind) => ({
  id: `${singular[kind]}-ids-stable`,
  title: `Two walks find the same ${kind}`,
  watch: ({ walked: first }) => ({
    end: (second) => {
      if (!second) {
        return notApplicable('there was no second walk');
      }
      const incomplete = first.incomplete.get(kind) ?? second.incomplete.get(kind);
      if (incomplete !== undefined) {
        return notApplicable(incomplete);
      }
      const findings = new Findings();
      const compare = (walk: Walked, other: Walked, text: string) => {
        const { count, names } = walk.ids[kind].missingFrom(other.ids[kind], namesShown);
        if (count > 0) {
          const shown = names.map((id) => quote(id.replace('\n', ' '))).join(', ');
          findings.add(`${count} ${kind} were ${text}${shown && `: ${shown}`}${count > names.length ? ', …' : ''}`);
        }
      };
      compare(first, second, 'in the first walk but not in the second');
      compare(second, first, 'in the second walk but not in the first');
      return findings.result(`${first.ids[kind].size} ${kind}`);
    },
  }),
}));
