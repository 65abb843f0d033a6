package program

import (
	"os/exec"
	"syscall"
)

// dieWithParent has the system end the process when this one is killed, as `go test` does after its timeout: then no
// clean-up runs.
func dieWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
