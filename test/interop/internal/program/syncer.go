package program

import (
	"bytes"
	"encoding/json"
	"net/http"
	"testing"
)

// Syncer is a process of ours that syncs remote connectors into files, many at a time.
type Syncer struct {
	URL string

	process *process
}

// SyncRequest is one sync.
type SyncRequest struct {
	// Address is the connector's, as host:port. Path is that of the new file.
	Address                   string   `json:"address"`
	Path                      string   `json:"path"`
	ResourceTypes             []string `json:"resourceTypes,omitempty"`
	Targets                   []string `json:"targets,omitempty"`
	SkipEntitlementsAndGrants bool     `json:"skipEntitlementsAndGrants,omitempty"`
	SkipGrants                bool     `json:"skipGrants,omitempty"`
	SkipExpandGrants          bool     `json:"skipExpandGrants,omitempty"`
	Workers                   int      `json:"workers,omitempty"`
	// ExternalPath is that of another file, whose resources of these traits (USER) are copied and matched.
	ExternalPath        string   `json:"externalPath,omitempty"`
	ExternalEntitlement string   `json:"externalEntitlement,omitempty"`
	ExternalTraits      []string `json:"externalTraits,omitempty"`
}

// SyncResult is how it ended.
type SyncResult struct {
	// Error is nil if the sync succeeded.
	Error *struct {
		Code    int
		Message string
	}
	// Skipped is what was skipped, by reason.
	Skipped  map[string]int
	Warnings []string
}

// StartSyncer starts the process.
func StartSyncer(t testing.TB) *Syncer {
	t.Helper()
	syncer := &Syncer{process: start(t, nil, NodeModule(t, "node"), InCheckout(t, "test", "interop", "syncer.ts"))}
	if err := json.Unmarshal(syncer.process.readLine(t), syncer); err != nil {
		t.Fatal(err)
	}
	return syncer
}

// Sync runs a sync to its end. It can be called from several goroutines.
func (s *Syncer) Sync(t testing.TB, request SyncRequest) (result SyncResult) {
	t.Helper()
	body, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	client := http.Client{Timeout: runTimeout}
	response, err := client.Post(s.URL, "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatalf("our syncer does not respond: %v", err)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(&result); err != nil {
		t.Fatalf("our syncer does not respond with JSON: %v", err)
	}
	return result
}
