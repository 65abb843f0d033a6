package program

import (
	"regexp"
	"syscall"
	"testing"
)

// Server is our program as a gRPC server, in plaintext on loopback.
type Server struct {
	// Address is host:port.
	Address string

	process *process
}

var listening = regexp.MustCompile(`listens at (\S+)`)

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

// Log is what the server has logged so far.
func (s *Server) Log() []byte {
	return s.process.stderr.all()
}

// Stop stops the server with SIGTERM, like an operator, and returns its exit code.
func (s *Server) Stop() int {
	_ = s.process.stop()
	return s.process.cmd.ProcessState.ExitCode()
}

// Freeze freezes the server: connections stay open, but nothing responds any more.
func (s *Server) Freeze(t testing.TB) {
	t.Helper()
	if err := s.process.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Error(err)
	}
}

// Kill kills the server, frozen or not, with SIGKILL. When this returns, the server has ended.
func (s *Server) Kill() {
	_ = s.process.cmd.Process.Kill()
	_ = s.process.wait()
}
