package program

import (
	"context"
	"os"
	"path/filepath"
	"testing"
)

// Service is our program in service mode.
type Service struct {
	process *process
	// temporary is the folder for its temporary files.
	temporary string
}

// StartService starts our program in service mode. The variables contain the credentials and ConductorOne's address.
func StartService(t testing.TB, percipio *Percipio, env []string, flags ...string) *Service {
	t.Helper()
	service := &Service{temporary: filepath.Join(t.TempDir(), "temporary")}
	if err := os.Mkdir(service.temporary, 0o700); err != nil {
		t.Fatal(err)
	}
	argv := append(command(t), percipio.settings()...)
	cmd := newCommand(context.Background(), append(env, "BATON_TMPDIR="+service.temporary), append(argv, flags...))
	cmd.Dir = t.TempDir()
	service.process = startCommand(t, cmd)
	return service
}

// Stop stops the program with SIGTERM, like Kubernetes, and returns how it ended. It gets a third of the 30 s that
// Kubernetes allows; then it is killed, and its exit code is -1.
func (s *Service) Stop(t testing.TB) Result {
	t.Helper()
	_ = s.process.stop()
	return s.process.result(t)
}

// TemporaryFiles are the names of its temporary files.
func (s *Service) TemporaryFiles(t testing.TB) []string {
	t.Helper()
	entries, err := os.ReadDir(s.temporary)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

// TryService runs our program with credentials that it should reject before it calls anybody, and returns how it
// ended.
func TryService(t testing.TB, percipio *Percipio, clientID, clientSecret string) Result {
	t.Helper()
	argv := append(command(t), percipio.settings()...)
	env := []string{"BATON_CLIENT_ID=" + clientID, "BATON_CLIENT_SECRET=" + clientSecret}
	return Run(t, env, argv...)
}
