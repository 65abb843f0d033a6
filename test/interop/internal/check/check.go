// Package check compares what was found with what was expected, and counts the comparisons: a suite that compares
// nothing passes too.
package check

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
)

// shownMax is the maximum number of missing or extra ids in a failure.
const shownMax = 5

var checks, ids atomic.Int64

// Counts returns how many checks ran in this process, and how many ids they compared.
func Counts() string {
	return fmt.Sprintf("%d checks, %d ids compared", checks.Load(), ids.Load())
}

// Passed counts checks that were made elsewhere and passed.
func Passed(count int) {
	checks.Add(int64(count))
}

// Equal fails the test unless got is want.
func Equal[V comparable](t testing.TB, what string, got, want V) {
	t.Helper()
	That(t, got == want, "%s: got %#v, want %#v", what, got, want)
}

// That fails the test with the message unless ok.
func That(t testing.TB, ok bool, format string, args ...any) {
	t.Helper()
	checks.Add(1)
	if !ok {
		t.Errorf(format, args...)
	}
}

// Succeeds ends the test if there is an error: the next checks would be pointless.
func Succeeds(t testing.TB, what string, err error) {
	t.Helper()
	checks.Add(1)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

// SameIDs fails the test unless got has each id of want once, in any order, and nothing else. An empty want fails too,
// since it would check nothing.
func SameIDs(t testing.TB, what string, got, want []string) {
	t.Helper()
	That(t, len(want) > 0, "%s: there is nothing to compare with", what)
	sameIDs(t, what, got, want)
}

// NoIDs fails the test if got has any id.
func NoIDs(t testing.TB, what string, got []string) {
	t.Helper()
	sameIDs(t, what, got, nil)
}

func sameIDs(t testing.TB, what string, got, want []string) {
	t.Helper()
	ids.Add(int64(len(want)))
	counts := make(map[string]int, len(want))
	for _, id := range want {
		counts[id]++
	}
	for _, id := range got {
		counts[id]--
	}
	var missing, extra []string
	for id, count := range counts {
		switch {
		case count > 0:
			missing = append(missing, id)
		case count < 0:
			extra = append(extra, id)
		}
	}
	That(t, len(missing)+len(extra) == 0, "%s: got %d ids, want %d; missing %s; too many or twice %s",
		what, len(got), len(want), summarize(missing), summarize(extra))
}

func summarize(ids []string) string {
	slices.Sort(ids)
	shown := ids[:min(len(ids), shownMax)]
	return fmt.Sprintf("%d [%s]", len(ids), strings.Join(shown, " "))
}
