package program

import (
	"regexp"
	"testing"
)

// Server is our program as a gRPC server, in plaintext on loopback.
type Server struct {
	// Address is host:port.
	Address string

	process *process
}

var listening = regexp.MustCompile(`listens at (\S+:\d+)`)

// Serve starts our program as a gRPC server.
func Serve(t testing.TB, percipio *Percipio, flags ...string) *Server {
	t.Helper()
	argv := append(command(t), "serve", "--listen", "127.0.0.1:0")
	argv = append(argv, percipio.settings()...)
	server := &Server{process: start(t, nil, append(argv, flags...)...)}
	for server.Address == "" {
		if found := listening.FindSubmatch(server.process.readLine(t)); found != nil {
			server.Address = string(found[1])
		}
	}
	return server
}

// Stop asks the server to end as an operator does, by SIGTERM, and returns its exit code.
func (s *Server) Stop() int {
	_ = s.process.stop()
	return s.process.cmd.ProcessState.ExitCode()
}
