// The check of exclusion groups: a sync fails on a group that breaks their rules.
import type { Any } from '@bufbuild/protobuf/wkt';
import {
  type EntitlementExclusionGroup,
  EntitlementExclusionGroupSchema,
} from '#gen/c1/connector/v2/annotation_exclusion_group_pb.js';
import { notApplicable, type WalkCheck } from '../check.ts';
import { quote } from '../describe-call.ts';
import { Findings } from '../findings.ts';
import { unpack } from '../unpack.ts';

/** Invariant I5 (pkg/sync/ingest_invariants.go of baton-sdk v0.25.0). */
const membersMax = 50;

interface Group {
  members: number;
  defaults: number;
  readonly typeIds: Set<string>;
}

const exclusionGroups: WalkCheck = {
  id: 'exclusion-groups',
  title: `An entitlement is in at most one exclusion group; a group has one resource type, at most one default and ${membersMax} members`,
  watch: ({ walked }) => {
    const findings = new Findings();
    const groups = new Map<string, Group>();
    const join = ({ exclusionGroupId, isDefault }: EntitlementExclusionGroup, typeId: string, times = 1) => {
      const group = groups.get(exclusionGroupId) ?? { members: 0, defaults: 0, typeIds: new Set<string>() };
      groups.set(exclusionGroupId, group);
      group.members += times;
      group.defaults += isDefault ? times : 0;
      group.typeIds.add(typeId);
    };
    const groupOf = (annotations: readonly Any[], name: () => string) => {
      const found = annotations.flatMap((any) => unpack(any, EntitlementExclusionGroupSchema) ?? []);
      if (found.length > 1) {
        findings.add(() => `${name()} is in ${found.length} exclusion groups`);
      }
      return found[0];
    };
    return {
      template: ({ slug, annotations }, { listing: { typeId, name } }) => {
        const group = groupOf(annotations, () => `the template ${quote(slug)} of ${name}`);
        const resources = walked.countOf('resources', typeId);
        // A template scoped to its resource makes a group per resource: they are alike, so one stands for all.
        if (group?.scopeToResource) {
          join({ ...group, exclusionGroupId: `${group.exclusionGroupId}-<resource> of ${typeId}` }, typeId);
        } else if (group && resources > 0) {
          join(group, typeId, resources);
        }
      },
      entitlement: ({ id, resource, annotations }) => {
        const group = groupOf(annotations, () => `the entitlement ${quote(id)}`);
        if (group) {
          join(group, resource?.id?.resourceType ?? '');
        }
      },
      end: () => {
        for (const [id, { members, defaults, typeIds }] of groups) {
          if (members > membersMax) {
            findings.add(`the exclusion group ${quote(id)} has ${members} members`);
          }
          if (defaults > 1) {
            findings.add(`the exclusion group ${quote(id)} has ${defaults} defaults`);
          }
          if (typeIds.size > 1) {
            findings.add(`the exclusion group ${quote(id)} spans the resource types ${[...typeIds].join(', ')}`);
          }
        }
        return groups.size === 0 ? notApplicable('no entitlement is in an exclusion group') : findings.result();
      },
    };
  },
};

export const exclusionGroupChecks = [exclusionGroups];
