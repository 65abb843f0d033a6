package interop

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	cli "github.com/conductorone/baton-sdk/pb/baton/v1"
	reader_v2 "github.com/conductorone/baton-sdk/pb/c1/reader/v2"

	"interop/internal/check"
	"interop/internal/gotool"
	"interop/internal/program"
)

func TestBatonCLI(t *testing.T) {
	before := program.StartPercipio(t, program.Organization{Users: 180, Courses: 90, ActivityRows: 1200})
	after := program.StartPercipio(t, program.Organization{ActivityRows: 1500})
	path := filepath.Join(t.TempDir(), "sync.c1z")
	first := program.Sync(t, before, path)
	second := program.Sync(t, after, path)
	truth := after.Truth

	t.Run("stats", func(t *testing.T) {
		run := baton(t, path, &reader_v2.SyncRun{}, "stats")
		check.Equal(t, "sync", run.GetId(), second.SyncID)
		isTruthCounted(t, run.GetStats(), truth)
		table := runBaton(t, path, "stats")
		check.That(t, strings.Contains(table, second.SyncID), "the table of stats does not name the sync:\n%s", table)
	})

	t.Run("syncs", func(t *testing.T) {
		listed := baton(t, path, &cli.SyncListOutput{}, "syncs")
		ids := mapped(listed.GetSyncs(), (*cli.SyncOutput).GetId)
		check.That(t, slices.Equal(ids, []string{first.SyncID, second.SyncID}), "the syncs are %v", ids)
		for _, sync := range listed.GetSyncs() {
			check.Equal(t, "type of a sync", sync.GetSyncType(), "full")
			check.That(t, sync.GetEndedAt().AsTime().After(sync.GetStartedAt().AsTime()),
				"sync %s ended at %s and started at %s", sync.GetId(), sync.GetEndedAt(), sync.GetStartedAt())
		}
	})

	t.Run("resource-types", func(t *testing.T) {
		listed := baton(t, path, &cli.ResourceTypeListOutput{}, "resource-types")
		types := mapped(listed.GetResourceTypes(), (*cli.ResourceTypeOutput).GetResourceType)
		check.SameIDs(t, "resource types", resourceTypeIDs(types), []string{"user", "role", "course"})
	})

	t.Run("resources", func(t *testing.T) {
		listed := baton(t, path, &cli.ResourceListOutput{}, "resources")
		check.SameIDs(t, "resources", listedResources(listed), truth.ResourceIDs())
		users := baton(t, path, &cli.ResourceListOutput{}, "resources", "--resource-type", "user")
		check.SameIDs(t, "users", listedResources(users), withType("user", truth.UserIDs))
		older := baton(t, path, &cli.ResourceListOutput{}, "resources", "--sync-id", first.SyncID)
		check.SameIDs(t, "resources of the sync before", listedResources(older), before.Truth.ResourceIDs())
		for _, user := range users.GetResources() {
			check.Equal(t, "type of a user", user.GetResourceType().GetId(), "user")
		}
	})

	// The course that everybody takes, and one of its users.
	courseID := truth.MostTakenCourse()
	completed := "course:" + courseID + ":completed"
	userID := strings.TrimPrefix(program.Principals(truth.GrantsOn(completed))[0], "user:")

	t.Run("entitlements", func(t *testing.T) {
		listed := baton(t, path, &cli.EntitlementListOutput{}, "entitlements")
		check.SameIDs(t, "entitlements", listedEntitlements(listed), truth.EntitlementIDs)
		ofType := baton(t, path, &cli.EntitlementListOutput{}, "entitlements", "--resource-type", "course")
		check.SameIDs(t, "entitlements of type course", listedEntitlements(ofType), truth.EntitlementsOfType("course"))
		for _, entitlement := range listed.GetEntitlements() {
			check.Equal(t, "resource of an entitlement",
				resourceKey(entitlement.GetResource().GetId()), resourceKey(entitlement.GetEntitlement().GetResource().GetId()))
		}
	})

	t.Run("grants", func(t *testing.T) {
		listed := baton(t, path, &cli.GrantListOutput{}, "grants")
		check.SameIDs(t, "grants", listedGrants(listed), truth.GrantIDs)
		for _, grant := range listed.GetGrants() {
			id := grant.GetEntitlement().GetId() + ":" + resourceKey(grant.GetPrincipal().GetId())
			check.Equal(t, "entitlement and principal that the CLI has found", id, grant.GetGrant().GetId())
		}
		ofCourse := baton(t, path, &cli.GrantListOutput{}, "grants", "--resource-type", "course", "--resource", courseID)
		check.SameIDs(t, "grants of a course", listedGrants(ofCourse), truth.GrantsOf(courseID))
		ofType := baton(t, path, &cli.GrantListOutput{}, "grants", "--resource-type", "course")
		check.SameIDs(t, "grants of type course", listedGrants(ofType), truth.GrantsOfType("course"))
		onEntitlement := baton(t, path, &cli.GrantListOutput{}, "grants", "--entitlement", completed)
		check.SameIDs(t, "grants on an entitlement", listedGrants(onEntitlement), truth.GrantsOn(completed))
		older := baton(t, path, &cli.GrantListOutput{}, "grants", "--sync-id", first.SyncID)
		check.SameIDs(t, "grants of the sync before", listedGrants(older), before.Truth.GrantIDs)
	})

	t.Run("principals", func(t *testing.T) {
		listed := baton(t, path, &cli.ResourceListOutput{}, "principals")
		check.SameIDs(t, "principals", listedResources(listed), truth.PrincipalIDs())
		onEntitlement := baton(t, path, &cli.ResourceListOutput{}, "principals", "--entitlement", completed)
		ofCourse := baton(t, path, &cli.ResourceListOutput{}, "principals", "--resource-type", "course", "--resource", courseID)
		check.SameIDs(t, "principals of a course", listedResources(ofCourse), program.Principals(truth.GrantsOf(courseID)))
		check.SameIDs(t, "principals of an entitlement", listedResources(onEntitlement), program.Principals(truth.GrantsOn(completed)))
	})

	t.Run("access", func(t *testing.T) {
		access := baton(t, path, &cli.ResourceAccessListOutput{}, "access", "--resource-type", "user", "--resource", userID)
		check.Equal(t, "principal", resourceKey(access.GetPrincipal().GetId()), "user:"+userID)
		var ids []string
		for _, resource := range access.GetAccess() {
			ids = append(ids, entitlementIDs(resource.GetEntitlements())...)
		}
		check.SameIDs(t, "access of a user", ids, truth.EntitlementsHeldBy(userID))
	})

	t.Run("to-pebble", func(t *testing.T) {
		converted := filepath.Join(t.TempDir(), "pebble.c1z")
		runBaton(t, path, "to-pebble", "--out", converted)
		showsTruth(t, converted, second.SyncID, truth)
	})

	t.Run("diff", func(t *testing.T) {
		diff := baton(t, path, &cli.C1ZDiffOutput{}, "diff")
		isDiff(t, "resources", resourceKeys(diff.GetResources().GetCreated()), resourceKeys(diff.GetResources().GetDeleted()),
			before.Truth.ResourceIDs(), truth.ResourceIDs())
		isDiff(t, "entitlements", entitlementIDs(diff.GetEntitlements().GetCreated()), entitlementIDs(diff.GetEntitlements().GetDeleted()),
			before.Truth.EntitlementIDs, truth.EntitlementIDs)
		isDiff(t, "grants", grantIDs(diff.GetGrants().GetCreated()), grantIDs(diff.GetGrants().GetDeleted()),
			before.Truth.GrantIDs, truth.GrantIDs)

		program.Sync(t, after, path)
		unchanged := baton(t, path, &cli.C1ZDiffOutput{}, "diff")
		check.That(t, proto.Equal(unchanged, &cli.C1ZDiffOutput{
			Resources: &cli.ResourceDiff{}, Entitlements: &cli.EntitlementDiff{}, Grants: &cli.GrantDiff{},
		}), "two syncs of the same differ: %.2000s", protojson.Format(unchanged))
	})
}

// baton runs a command of the baton CLI on a file, and reads its JSON into a message.
func baton[Message proto.Message](t *testing.T, path string, message Message, args ...string) Message {
	t.Helper()
	text := runBaton(t, path, append(args, "--output-format", "json")...)
	check.Succeeds(t, "JSON of baton "+strings.Join(args, " "), protojson.Unmarshal([]byte(text), message))
	return message
}

func runBaton(t *testing.T, path string, args ...string) string {
	t.Helper()
	result := gotool.Run(t, "baton", append(args, "--file", path)...)
	if result.ExitCode != 0 {
		t.Fatalf("baton %s ended with exit code %d:\n%s", strings.Join(args, " "), result.ExitCode, result.Stderr)
	}
	return string(result.Stdout)
}

// isDiff compares what was created and deleted with the difference between the truths of two syncs.
func isDiff(t *testing.T, what string, created, deleted, before, after []string) {
	t.Helper()
	check.SameIDs(t, what+" created", created, without(after, before))
	if want := without(before, after); len(want) > 0 {
		check.SameIDs(t, what+" deleted", deleted, want)
	} else {
		check.NoIDs(t, what+" deleted", deleted)
	}
}

// without returns the ids that are not in others.
func without(ids, others []string) []string {
	known := map[string]bool{}
	for _, id := range others {
		known[id] = true
	}
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return known[id] })
}

func withType(typeID string, ids []string) []string {
	return mapped(ids, func(id string) string { return typeID + ":" + id })
}

func listedResources(list *cli.ResourceListOutput) []string {
	return resourceKeys(mapped(list.GetResources(), (*cli.ResourceOutput).GetResource))
}

func listedEntitlements(list *cli.EntitlementListOutput) []string {
	return entitlementIDs(mapped(list.GetEntitlements(), (*cli.EntitlementOutput).GetEntitlement))
}

func listedGrants(list *cli.GrantListOutput) []string {
	return mapped(list.GetGrants(), func(grant *cli.GrantOutput) string { return grant.GetGrant().GetId() })
}
