package interop

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"interop/internal/check"
	"interop/internal/gotool"
	"interop/internal/program"
)

// What docs/debugging.md says about who may call: a Unix socket, and a token. grpcurl 1.9.3 dials its argument with the
// resolvers of gRPC, and its flag -unix has no effect.
func TestCallers(t *testing.T) {
	percipio := program.StartPercipio(t, program.Organization{Users: 3, Courses: 3, ActivityRows: 3})
	folder := t.TempDir()
	socket := filepath.Join(folder, "baton.sock")
	token := "correct-horse-battery-staple-4711"
	tokenFile := filepath.Join(folder, "token")
	check.Succeeds(t, "token", os.WriteFile(tokenFile, []byte(token+"\n"), 0o600))
	server := program.Serve(t, percipio, "--listen", "unix:"+socket, "--caller-token-file", tokenFile)
	check.Equal(t, "address", server.Address, "unix:"+socket)

	services := runGrpcurl(t, "-plaintext", "-H", "authorization: Bearer "+token, server.Address, "list")
	check.That(t, strings.Contains(services, "c1.connector.v2.GrantsService\n"), "services:\n%s", services)

	refused := gotool.Run(t, "grpcurl", "-plaintext", server.Address, "list")
	check.That(t, refused.ExitCode != 0 && strings.Contains(string(refused.Stderr), "this server requires a token (--caller-token-file)"),
		"without a token, grpcurl printed:\n%s%s", refused.Stdout, refused.Stderr)

	// Only reflection gets the token here.
	health := runGrpcurl(t, "-plaintext", "-reflect-header", "authorization: Bearer "+token, server.Address, "grpc.health.v1.Health/Check")
	check.That(t, strings.Contains(health, `"SERVING"`), "health: %s", health)

	check.Equal(t, "exit code", server.Stop(), 0)
	_, err := os.Lstat(socket)
	check.That(t, os.IsNotExist(err), "the socket is still there")
}
