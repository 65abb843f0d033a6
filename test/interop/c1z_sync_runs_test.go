package interop

import (
	"context"
	"database/sql"
	"encoding/json"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/segmentio/ksuid"

	reader_v2 "github.com/conductorone/baton-sdk/pb/c1/reader/v2"
	"github.com/conductorone/baton-sdk/pkg/connectorstore"
	"github.com/conductorone/baton-sdk/pkg/dotc1z"

	"interop/internal/check"
	"interop/internal/program"
)

// Syncs run in this time zone, whatever the machine's is: files have local times without a zone.
const zoneName = "Asia/Tokyo"

var zone = time.FixedZone(zoneName, 9*60*60)

// timeLayout is how the SDK writes times.
const timeLayout = "2006-01-02 15:04:05.999999999"

func TestC1ZSyncRuns(t *testing.T) {
	percipio := program.StartPercipio(t, program.Organization{})
	path := filepath.Join(t.TempDir(), "sync.c1z")
	begin := time.Now()
	summary := program.Sync(t, percipio, path, "TZ="+zoneName)
	end := time.Now()
	truth := percipio.Truth

	t.Run("the row of a sync", func(t *testing.T) {
		var run struct {
			syncID, startedAt, endedAt, token, kind, parent, linked string
			supportsDiff, grantsBackfilled                          int
			invariantGeneration, invariantCoverage, invariantMode   string
		}
		rows := 0
		// As text: the driver parses times by itself.
		query := `select sync_id, started_at || '', ended_at || '', sync_token, sync_type, parent_sync_id, linked_sync_id,
			supports_diff, grants_backfilled,
			ingest_invariant_generation, ingest_invariant_coverage, ingest_invariant_mode from v1_sync_runs`
		queryRows(t, openDatabase(t, path), query, func(row *sql.Rows) error {
			rows++
			return row.Scan(&run.syncID, &run.startedAt, &run.endedAt, &run.token, &run.kind, &run.parent, &run.linked,
				&run.supportsDiff, &run.grantsBackfilled,
				&run.invariantGeneration, &run.invariantCoverage, &run.invariantMode)
		})
		check.Equal(t, "rows", rows, 1)
		check.Equal(t, "sync_id", run.syncID, summary.SyncID)
		check.Equal(t, "sync_type", run.kind, "full")
		check.Equal(t, "parent_sync_id", run.parent, "")
		check.Equal(t, "linked_sync_id", run.linked, "")
		check.Equal(t, "supports_diff", run.supportsDiff, 1)
		check.Equal(t, "grants_backfilled", run.grantsBackfilled, 1)
		// The SDK has not verified the sync, so nothing may say so.
		check.Equal(t, "ingest_invariant_*", run.invariantGeneration+run.invariantCoverage+run.invariantMode, "")

		id, err := ksuid.Parse(run.syncID)
		check.Succeeds(t, "sync_id is a KSUID", err)
		isWithin(t, "sync_id", id.Time(), begin.Truncate(time.Second), end)
		startedAt, err := time.ParseInLocation(timeLayout, run.startedAt, zone)
		check.Succeeds(t, "started_at", err)
		endedAt, err := time.ParseInLocation(timeLayout, run.endedAt, zone)
		check.Succeeds(t, "ended_at", err)
		isWithin(t, "started_at", startedAt, begin.Truncate(time.Millisecond), endedAt)
		isWithin(t, "ended_at", endedAt, startedAt, end)

		var token struct {
			Version          int              `json:"version"`
			CompletedActions int              `json:"completed_actions_count"`
			Actions          []map[string]any `json:"action_order"`
		}
		check.Succeeds(t, "sync_token is JSON", json.Unmarshal([]byte(run.token), &token))
		check.Equal(t, "version of sync_token", token.Version, 1)
		check.That(t, token.CompletedActions > 0 && len(token.Actions) == 0, "sync_token of a sync that ended: %s", run.token)
	})

	t.Run("what the SDK makes of it", func(t *testing.T) {
		store := readWithSDK(t, path)
		runs := readSyncRuns(t, store)
		check.Equal(t, "runs", len(runs), 1)
		run := runs[0]
		check.Equal(t, "id", run.GetId(), summary.SyncID)
		check.Equal(t, "type", run.GetSyncType(), string(connectorstore.SyncTypeFull))
		// The SDK reads the local times of a file as UTC: here they are nine hours late.
		isWithin(t, "started at", run.GetStartedAt().AsTime().Add(-9*time.Hour), begin.Truncate(time.Millisecond), end)
		isWithin(t, "ended at", run.GetEndedAt().AsTime().Add(-9*time.Hour), begin, end)
		latest, err := store.SyncMeta().LatestFullSync(t.Context())
		check.Succeeds(t, "latest full sync", err)
		check.That(t, latest != nil && latest.ID == summary.SyncID && latest.SupportsDiff, "latest full sync: %+v", latest)
		check.That(t, latest == nil || !latest.IsVerified(), "the SDK takes the sync for one that it verified")
	})

	t.Run("every row was discovered while the sync ran", func(t *testing.T) {
		database := openDatabase(t, path)
		for _, table := range []string{"v1_resource_types", "v1_resources", "v1_entitlements", "v1_grants"} {
			query := "select sync_id, discovered_at || '', count(*) from " + table + " group by 1, 2"
			count := 0
			queryRows(t, database, query, func(row *sql.Rows) error {
				var syncID, text string
				var rows int
				if err := row.Scan(&syncID, &text, &rows); err != nil {
					return err
				}
				check.Equal(t, table+".sync_id", syncID, summary.SyncID)
				discoveredAt, err := time.ParseInLocation(timeLayout, text, zone)
				isWithin(t, table+".discovered_at", discoveredAt, begin.Truncate(time.Millisecond), end)
				count += rows
				return err
			})
			check.That(t, count > 0, "%s has no rows", table)
		}
	})

	t.Run("the counts that are kept are right", func(t *testing.T) {
		kept, err := readWithSDK(t, path).SyncMeta().StatsV2(t.Context(), connectorstore.SyncTypeFull, summary.SyncID)
		check.Succeeds(t, "stats", err)
		isTruthCounted(t, kept, truth)

		before := statsText(t, path)
		store, err := dotc1z.NewStore(t.Context(), path)
		check.Succeeds(t, "open the file with the SDK", err)
		check.Succeeds(t, "recount", store.SyncMeta().RecalculateStats(t.Context(), summary.SyncID))
		check.Succeeds(t, "save the file", store.Close(context.WithoutCancel(t.Context())))
		after := statsText(t, path)
		check.That(t, reflect.DeepEqual(before, after), "we wrote the counts %v, the SDK %v", before, after)
	})
}

func TestC1ZSchema(t *testing.T) {
	path, _ := syncedFile(t, program.Organization{Users: 3, Courses: 3, ActivityRows: 3})
	sdkPath := filepath.Join(t.TempDir(), "sdk.c1z")
	syncWithSDK(t, sdkPath, dotc1z.WithEngine("sqlite"))
	ours, theirs := describeSchema(t, openDatabase(t, path)), describeSchema(t, openDatabase(t, sdkPath))
	check.SameIDs(t, "columns of tables and of indexes", ours, theirs)
	t.Logf("%d columns of tables and of indexes", len(theirs))
}

func isWithin(t *testing.T, what string, at, from, to time.Time) {
	t.Helper()
	check.That(t, !at.Before(from) && !at.After(to), "%s is %s, and not from %s to %s", what, at, from, to)
}

// isTruthCounted compares the counts of a sync with the truth.
func isTruthCounted(t *testing.T, stats *reader_v2.SyncStats, truth program.Truth) {
	t.Helper()
	users, courses, roles := int64(len(truth.UserIDs)), int64(len(truth.CourseIDs)), int64(len(truth.RoleIDs))
	check.Equal(t, "resource types", stats.GetResourceTypes(), 3)
	check.Equal(t, "resources", stats.GetResources(), users+courses+roles)
	check.Equal(t, "entitlements", stats.GetEntitlements(), int64(len(truth.EntitlementIDs)))
	check.Equal(t, "grants", stats.GetGrants(), int64(len(truth.GrantIDs)))
	check.Equal(t, "users", stats.GetResourcesByResourceType()["user"], users)
	check.Equal(t, "courses", stats.GetResourcesByResourceType()["course"], courses)
	check.Equal(t, "roles", stats.GetResourcesByResourceType()["role"], roles)
	for _, typeID := range []string{"course", "role"} {
		entitlements, grants := int64(len(truth.EntitlementsOfType(typeID))), int64(len(truth.GrantsOfType(typeID)))
		check.Equal(t, "entitlements of type "+typeID, stats.GetEntitlementsByResourceType()[typeID], entitlements)
		check.Equal(t, "grants of type "+typeID, stats.GetGrantsByResourceType()[typeID], grants)
	}
}

// statsText is the stored counts of the only sync in a file.
func statsText(t *testing.T, path string) map[string]any {
	t.Helper()
	var stats map[string]any
	queryRows(t, openDatabase(t, path), "select stats from v1_sync_runs", func(row *sql.Rows) error {
		var text string
		if err := row.Scan(&text); err != nil {
			return err
		}
		return json.Unmarshal([]byte(text), &stats)
	})
	return stats
}

// readSyncRuns lists the syncs of a file, oldest first.
func readSyncRuns(t *testing.T, store connectorstore.Reader) []*reader_v2.SyncRun {
	t.Helper()
	runs, _ := readPages(t, "ListSyncs", func(token string) (syncsPage, error) {
		page, err := store.ListSyncs(t.Context(), &reader_v2.SyncsReaderServiceListSyncsRequest{PageToken: token, PageSize: 1})
		return syncsPage{page}, err
	})
	return runs
}

// syncsPage returns the syncs in the same way as other lists.
type syncsPage struct {
	*reader_v2.SyncsReaderServiceListSyncsResponse
}

func (p syncsPage) GetList() []*reader_v2.SyncRun { return p.GetSyncs() }

// describeSchema lists the tables, columns and indexes of a database.
func describeSchema(t *testing.T, database *sql.DB) []string {
	t.Helper()
	const query = `
		select 'column ' || table_.name || '.' || column_.name || ' ' || lower(column_.type)
			|| iif(column_."notnull", ' not null', '') || coalesce(' default ' || column_.dflt_value, '')
			|| iif(column_.pk, ' primary key', '')
		from sqlite_schema table_, pragma_table_info(table_.name) column_ where table_.type = 'table'
		union all
		select 'index ' || table_.name || '.' || index_.name || iif(index_."unique", ' unique', '')
			|| iif(index_.partial, ' ' || lower(substr(definition.sql, instr(lower(definition.sql), ' where '))), '')
			|| ' ' || column_.seqno || ' ' || column_.name
		from sqlite_schema table_, pragma_index_list(table_.name) index_, pragma_index_info(index_.name) column_,
			sqlite_schema definition
		where table_.type = 'table' and definition.name = index_.name`
	var described []string
	queryRows(t, database, query, func(row *sql.Rows) error {
		var text string
		err := row.Scan(&text)
		described = append(described, text)
		return err
	})
	return described
}
