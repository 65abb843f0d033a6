package program

import (
	"os/exec"
	"syscall"
)

// dieWithParent makes the system kill the process when this one is killed, as `go test` does after its timeout: no
// cleanup runs then.
func dieWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
