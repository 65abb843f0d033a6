package program

import (
	"encoding/json"
	"testing"
)

// Summary is what our program prints at the end of a sync.
type Summary struct {
	SyncID        string   `json:"sync_id"`
	PrunedSyncIDs []string `json:"pruned_sync_ids"`
}

// Sync runs a sync of our program into a file. The test ends if the sync fails.
func Sync(t testing.TB, percipio *Percipio, path string, env ...string) Summary {
	t.Helper()
	result := TrySync(t, percipio, path, env...)
	if result.ExitCode != 0 {
		t.Fatalf("the sync ended with exit code %d:\n%s", result.ExitCode, result.Stderr)
	}
	var summary Summary
	if err := json.Unmarshal(result.Stdout, &summary); err != nil {
		t.Fatalf("the summary of the sync is no JSON (%v): %s", err, result.Stdout)
	}
	return summary
}

// TrySync runs a sync of our program into a file, and returns how it ended.
func TrySync(t testing.TB, percipio *Percipio, path string, env ...string) Result {
	t.Helper()
	argv := append(command(t), percipio.settings()...)
	return Run(t, env, append(argv, "--file", path, "--output", "json")...)
}
