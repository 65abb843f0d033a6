package interop

import (
	"database/sql"
	"os"
	"path/filepath"
	"slices"
	"testing"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"
	reader_v2 "github.com/conductorone/baton-sdk/pb/c1/reader/v2"
	"github.com/conductorone/baton-sdk/pkg/dotc1z"

	"interop/internal/check"
	"interop/internal/program"
)

func TestC1ZHistory(t *testing.T) {
	percipio := program.StartPercipio(t, program.Organization{Users: 50, Courses: 20, ActivityRows: 500})
	// The same users and courses, and more of them; different activity.
	grown := program.StartPercipio(t, program.Organization{Users: 60, Courses: 24, ActivityRows: 700})

	t.Run("a file keeps the last two syncs, each as it was", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "sync.c1z")
		first := program.Sync(t, percipio, path)
		second := program.Sync(t, grown, path)
		isHistory(t, path, first.SyncID, second.SyncID)
		showsTruth(t, path, first.SyncID, percipio.Truth)
		showsTruth(t, path, second.SyncID, grown.Truth)

		third := program.Sync(t, percipio, path)
		check.SameIDs(t, "pruned", third.PrunedSyncIDs, []string{first.SyncID})
		isHistory(t, path, second.SyncID, third.SyncID)
		showsTruth(t, path, second.SyncID, grown.Truth)
		showsTruth(t, path, third.SyncID, percipio.Truth)
	})

	t.Run("the SDK adds a sync to our file, and we to the SDK's", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "sync.c1z")
		first := program.Sync(t, percipio, path)
		bySDK := syncWithSDK(t, path)
		isHistory(t, path, first.SyncID, bySDK)
		showsTruth(t, path, first.SyncID, percipio.Truth)

		second := program.Sync(t, grown, path)
		check.SameIDs(t, "pruned", second.PrunedSyncIDs, []string{first.SyncID})
		isHistory(t, path, bySDK, second.SyncID)
		showsSDKResource(t, path, bySDK)
		showsTruth(t, path, second.SyncID, grown.Truth)

		againBySDK := syncWithSDK(t, path)
		isHistory(t, path, second.SyncID, againBySDK)
		showsTruth(t, path, second.SyncID, grown.Truth)
		showsSDKResource(t, path, againBySDK)
	})

	t.Run("we add a sync to a file that the SDK began", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "sync.c1z")
		bySDK := syncWithSDK(t, path, dotc1z.WithEngine("sqlite"))
		ours := program.Sync(t, percipio, path)
		isHistory(t, path, bySDK, ours.SyncID)
		showsSDKResource(t, path, bySDK)
		showsTruth(t, path, ours.SyncID, percipio.Truth)
	})

	t.Run("we leave a file alone that is not of our format", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "sync.c1z")
		syncWithSDK(t, path, dotc1z.WithEngine("pebble"))
		before, err := os.ReadFile(path)
		check.Succeeds(t, "read the file", err)
		result := program.TrySync(t, percipio, path)
		check.That(t, result.ExitCode != 0, "the sync into a Pebble file succeeded")
		after, err := os.ReadFile(path)
		check.Succeeds(t, "read the file", err)
		check.That(t, string(before) == string(after), "the file has changed")
		t.Logf("exit code %d: %s", result.ExitCode, result.Stderr)
	})
}

// isHistory compares the syncs of a file, oldest first, and fails if it has rows of any other sync.
func isHistory(t *testing.T, path string, want ...string) {
	t.Helper()
	ids := mapped(readSyncRuns(t, readWithSDK(t, path)), (*reader_v2.SyncRun).GetId)
	check.That(t, slices.Equal(ids, want), "the file has the syncs %v, not %v", ids, want)
	database := openDatabase(t, path)
	for _, table := range []string{"v1_resource_types", "v1_resources", "v1_entitlements", "v1_grants"} {
		queryRows(t, database, "select distinct sync_id from "+table, func(row *sql.Rows) error {
			var id string
			err := row.Scan(&id)
			check.That(t, slices.Contains(want, id), "%s has rows of the pruned sync %s", table, id)
			return err
		})
	}
	queryRows(t, database, "pragma integrity_check", func(row *sql.Rows) error {
		var verdict string
		err := row.Scan(&verdict)
		check.Equal(t, "integrity", verdict, "ok")
		return err
	})
}

// showsTruth compares one sync of a file with the truth.
func showsTruth(t *testing.T, path, syncID string, truth program.Truth) {
	t.Helper()
	store := readWithSDK(t, path)
	check.Succeeds(t, "choose the sync", store.SetCurrentSync(t.Context(), syncID))
	listsTruth(t, store, truth)
}

// showsSDKResource checks that a sync of the SDK still has its resource.
func showsSDKResource(t *testing.T, path, syncID string) {
	t.Helper()
	store := readWithSDK(t, path)
	check.Succeeds(t, "choose the sync", store.SetCurrentSync(t.Context(), syncID))
	page, err := store.ListResources(t.Context(), &v2.ResourcesServiceListResourcesRequest{})
	check.Succeeds(t, "list resources", err)
	check.SameIDs(t, "resources of the SDK's sync", resourceKeys(page.GetList()), []string{resourceKey(sdkResource.GetId())})
}
