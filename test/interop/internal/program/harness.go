package program

import (
	"encoding/json"
	"testing"
)

// Report is our harness's report about a connector.
type Report struct {
	Passed        int
	Failed        int
	NotApplicable int `json:"not_applicable"`
	Walked        struct{ Resources, Entitlements, Grants int }
	Checks        []Check
	// ExitCode is that of the command.
	ExitCode int `json:"-"`
}

// Check is one of the harness's checks, with its outcome: passed, failed, not applicable.
type Check struct {
	ID, Title, Outcome, Detail string
}

// With returns the ids of the checks with an outcome.
func (r Report) With(outcome string) (ids []string) {
	for _, check := range r.Checks {
		if check.Outcome == outcome {
			ids = append(ids, check.ID)
		}
	}
	return ids
}

// Harness runs our harness against the connector at an address.
func Harness(t testing.TB, address string, flags ...string) Report {
	t.Helper()
	argv := append(command(t), "harness", "--address", address, "--output", "json", "--log-level", "error")
	result := Run(t, nil, append(argv, flags...)...)
	report := Report{ExitCode: result.ExitCode}
	if err := json.Unmarshal(result.Stdout, &report); err != nil {
		t.Fatalf("the report of the harness is no JSON (%v), exit code %d: %s\n%s", err, result.ExitCode, result.Stdout, result.Stderr)
	}
	return report
}
