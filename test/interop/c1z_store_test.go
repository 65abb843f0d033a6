package interop

import (
	"bytes"
	"context"
	"database/sql"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/conductorone/baton-sdk/pkg/connectorstore"
	"github.com/conductorone/baton-sdk/pkg/dotc1z"
	"github.com/conductorone/baton-sdk/pkg/dotc1z/c1zstore"
	_ "modernc.org/sqlite" // the driver "sqlite"

	v2 "github.com/conductorone/baton-sdk/pb/c1/connector/v2"

	"interop/internal/check"
	"interop/internal/program"
)

// syncedFile is a file with one sync of a simulated organization.
func syncedFile(t *testing.T, organization program.Organization) (path string, percipio *program.Percipio) {
	t.Helper()
	percipio = program.StartPercipio(t, organization)
	path = filepath.Join(t.TempDir(), "sync.c1z")
	program.Sync(t, percipio, path)
	return path, percipio
}

// readWithSDK opens a file for reading, as the SDK does. It shows the latest finished full sync, or the one chosen with
// SetCurrentSync.
func readWithSDK(t *testing.T, path string) c1zstore.Store {
	t.Helper()
	store, err := dotc1z.NewStore(t.Context(), path, dotc1z.WithReadOnly(true))
	check.Succeeds(t, "open the file with the SDK", err)
	t.Cleanup(func() { _ = store.Close(context.WithoutCancel(t.Context())) })
	return store
}

// syncWithSDK opens a file for writing, as the SDK does, adds a sync with one resource, and saves it. Returns the id of
// the sync.
func syncWithSDK(t *testing.T, path string, options ...dotc1z.C1ZOption) string {
	t.Helper()
	ctx := t.Context()
	store, err := dotc1z.NewStore(ctx, path, options...)
	check.Succeeds(t, "open the file with the SDK", err)
	syncID, err := store.StartNewSync(ctx, connectorstore.SyncTypeFull, "")
	check.Succeeds(t, "start a sync with the SDK", err)
	check.Succeeds(t, "put a resource type", store.PutResourceTypes(ctx, &v2.ResourceType{Id: "user", DisplayName: "User"}))
	check.Succeeds(t, "put a resource", store.PutResources(ctx, sdkResource))
	check.Succeeds(t, "end the sync", store.EndSync(ctx))
	check.Succeeds(t, "clean up", store.Cleanup(ctx))
	check.Succeeds(t, "save the file", store.Close(ctx))
	return syncID
}

// sdkResource is what syncWithSDK writes.
var sdkResource = &v2.Resource{Id: &v2.ResourceId{ResourceType: "user", Resource: "sdk"}, DisplayName: "Written by the SDK"}

// openDatabase unpacks a file with the SDK's decoder and opens the SQLite database in it.
func openDatabase(t *testing.T, path string) *sql.DB {
	t.Helper()
	packed, err := os.ReadFile(path)
	check.Succeeds(t, "read the file", err)
	decoder, err := dotc1z.NewC1ZFileDecoder(bytes.NewReader(packed))
	check.Succeeds(t, "decode the file", err)
	defer decoder.Close()
	unpacked, err := io.ReadAll(decoder)
	check.Succeeds(t, "decode the file", err)
	databasePath := filepath.Join(t.TempDir(), "db")
	check.Succeeds(t, "write the database", os.WriteFile(databasePath, unpacked, 0o600))
	database, err := sql.Open("sqlite", databasePath)
	check.Succeeds(t, "open the database", err)
	t.Cleanup(func() { _ = database.Close() })
	return database
}

// queryRows runs a query, and passes each row to scan.
func queryRows(t *testing.T, database *sql.DB, query string, scan func(*sql.Rows) error) {
	t.Helper()
	rows, err := database.QueryContext(t.Context(), query)
	check.Succeeds(t, query, err)
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
	}
	check.Succeeds(t, query, rows.Err())
}
