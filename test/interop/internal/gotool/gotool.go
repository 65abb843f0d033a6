// Package gotool runs the tools in go.mod, built from their modules at the pinned versions. Go caches what it has
// built.
package gotool

import (
	"os/exec"
	"strings"
	"sync"
	"testing"

	"interop/internal/program"
)

var (
	mutex sync.Mutex
	paths = map[string]string{}
)

// Path is the path of a tool's executable. The first time on a machine it is built, which takes minutes.
func Path(t testing.TB, name string) string {
	t.Helper()
	mutex.Lock()
	defer mutex.Unlock()
	if paths[name] == "" {
		printed, err := exec.CommandContext(t.Context(), "go", "tool", "-n", name).Output()
		if err != nil {
			t.Fatalf("cannot build %s: %v\n%s", name, err, stderrOf(err))
		}
		paths[name] = strings.TrimSpace(string(printed))
	}
	return paths[name]
}

// Run runs a tool to its end.
func Run(t testing.TB, name string, args ...string) program.Result {
	t.Helper()
	return program.Run(t, nil, append([]string{Path(t, name)}, args...)...)
}

func stderrOf(err error) []byte {
	if exit, isExit := err.(*exec.ExitError); isExit {
		return exit.Stderr
	}
	return nil
}
